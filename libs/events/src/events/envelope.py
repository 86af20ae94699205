"""CloudEvents 1.0 on Kafka, binary mode: an event's attributes as headers, its payload as JSON."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson
from pydantic import ValidationError

from events.broker import Message, Outgoing
from events.contracts import Registry, schema_id, type_name
from events.contracts.contract import Contract
from events.occurrence import Occurred
from events.store import Json, Metadata, Recorded

T = TypeVar("T")

_TYPE = re.compile(r"leidraad\.([a-z]+)\.[a-z0-9]+(?:-[a-z0-9]+)*\.v[1-9]\d*")
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_SOURCE = "urn:leidraad:"
_SEQUENCE_DIGITS = 10


_NAMES = frozenset(
    [
        *("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"),
        *("ce_partitionkey", "ce_sequence", "ce_programme", "ce_programmeversion", "ce_caseid"),
        *("ce_position", "ce_correlationid", "ce_causationid", "ce_occurredat", "ce_corrects"),
        *("content-type", "traceparent"),
    ]
)


class BadMessage(Exception):
    """A message is not what was agreed; `faults` names all that is wrong, without quoting it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = list(faults)


@dataclass
class _Headers:
    """Reads headers one by one and remembers what is wrong with them."""

    pairs: Sequence[tuple[str, bytes]]

    def __post_init__(self) -> None:
        self.values = {name: value or b"" for name, value in self.pairs if name in _NAMES}
        count = Counter(name for name, _ in self.pairs)
        self.faults = [f"{name} is given twice" for name in self.values if count[name] > 1]
        if not _is_text("".join(count)):
            self.faults.append("the name of a header is not UTF-8")

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        if name not in self.values:
            return None
        try:
            return parse(self.values[name].decode())
        except ValueError:
            self.faults.append(f"{name} is malformed")
            return None

    def require(self, name: str, parse: Callable[[str], T]) -> T:
        """The value; where it is missing or malformed, what is made of it is refused in the end."""
        if name not in self.values:
            self.faults.append(f"{name} is missing")
        return cast("T", self.optional(name, parse))

    def agree(self, statement: str, *, holds: bool) -> None:
        if not self.faults and not holds:
            self.faults.append(statement)

    def refuse(self, more: Sequence[str] = ()) -> None:
        if self.faults or more:
            raise BadMessage([*self.faults, *more])


def topic_of(service: str) -> str:
    return f"{service}.events"


def to_message(recorded: Recorded[Json], published: tuple[str, Contract]) -> Outgoing:
    """The message in which a stored event goes out as a published one."""
    event, contract = published
    type_ = type_name(recorded.source, event)
    optional = {**_programme(recorded.metadata), **_references(recorded, contract)}
    attributes = {**_attributes(recorded, type_), **optional}
    return Outgoing(
        topic=topic_of(recorded.source),
        key=str(recorded.key).encode(),
        headers=[(name, value.encode()) for name, value in attributes.items()],
        value=contract.model_dump_json(by_alias=True).encode(),
    )


def _attributes(recorded: Recorded[Json], type_: str) -> dict[str, str]:
    return {
        "ce_specversion": "1.0",
        "ce_id": str(recorded.id),
        "ce_source": _SOURCE + recorded.source,
        "ce_type": type_,
        "ce_subject": str(recorded.stream),
        "ce_time": _instant(recorded.recorded_at),
        "ce_dataschema": schema_id(type_),
        "ce_partitionkey": str(recorded.key),
        "ce_sequence": f"{recorded.version:0{_SEQUENCE_DIGITS}}",
        "ce_position": str(recorded.position),
        "ce_correlationid": str(recorded.metadata.correlation_id),
        "ce_occurredat": str(recorded.occurred),
        "content-type": "application/json",
    }


def _programme(metadata: Metadata) -> dict[str, str]:
    if metadata.programme is None:
        return {}
    return {
        "ce_programme": metadata.programme,
        "ce_programmeversion": str(metadata.programme_version),
    }


def _references(recorded: Recorded[Json], contract: Contract) -> dict[str, str]:
    references = {
        "ce_caseid": recorded.key if contract.concerns_case else None,
        "ce_causationid": recorded.metadata.causation_id,
        "ce_corrects": recorded.corrects,
        "traceparent": recorded.metadata.traceparent,
    }
    return {name: str(value) for name, value in references.items() if value is not None}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def reads(registry: Registry) -> Callable[[Message], Recorded[Contract] | None]:
    """A reader of registered types; other types give None, unreadable messages BadMessage."""

    def read(message: Message) -> Recorded[Contract] | None:
        headers = _Headers(message.headers)
        contract = registry.get(headers.require("ce_type", _matching(_TYPE)) or "")
        if contract is None:
            headers.refuse()
            return None
        event, faults = _payload(contract, message.value)
        return cast("Recorded[Contract]", _recorded(message, headers, event, faults))

    return read


def reads_only(
    registry: Registry, types: Iterable[str]
) -> Callable[[Message], Recorded[Contract] | None]:
    """As `reads`, of these types: what a group has nothing to do with need not be readable."""
    return reads({type_: registry[type_] for type_ in types})


def reads_everything(registry: Registry) -> Callable[[Message], Recorded[Json]]:
    """A reader that keeps the JSON as it came, of types that nobody has registered too."""

    def read(message: Message) -> Recorded[Json]:
        headers = _Headers(message.headers)
        contract = registry.get(headers.require("ce_type", _matching(_TYPE)) or "", Contract)
        _, faults = _payload(contract, message.value)
        event = {} if faults else orjson.loads(message.value or b"{}")
        return _recorded(message, headers, event, faults)

    return read


def _recorded(message: Message, headers: _Headers, event: T, faults: Sequence[str]) -> Recorded[T]:
    """Raises BadMessage with all that is wrong in the headers, and these faults of the payload."""
    source = headers.require("ce_source", _source)
    key = headers.require("ce_partitionkey", UUID)
    read: dict[str, Any] = {
        "id": headers.require("ce_id", UUID),
        "stream": headers.require("ce_subject", UUID),
        "version": headers.require("ce_sequence", _number),
        "type": headers.require("ce_type", _matching(_TYPE)),
        "occurred": headers.require("ce_occurredat", Occurred.parse),
        "recorded_at": headers.require("ce_time", _parse_instant),
        "position": headers.require("ce_position", _number),
        "corrects": headers.optional("ce_corrects", UUID),
        "metadata": _metadata(headers, source),
    }
    _consistent(message, headers, source, key)
    itself = read["id"] == read["corrects"]
    headers.agree("ce_corrects names the message itself", holds=not itself)
    headers.refuse(faults)
    return Recorded(source=source, key=key, event=event, **read)


def _metadata(headers: _Headers, source: str) -> Metadata:
    return Metadata(
        actor=source,
        role="service",
        correlation_id=headers.require("ce_correlationid", UUID),
        causation_id=headers.optional("ce_causationid", UUID),
        traceparent=headers.optional("traceparent", _matching(_TRACE)),
        programme=headers.optional("ce_programme", _matching(_CODE)),
        programme_version=headers.optional("ce_programmeversion", _number),
    )


def _consistent(message: Message, headers: _Headers, source: str, key: UUID) -> None:
    """What a producer other than the owner of the type would get wrong (reliability, S18)."""
    headers.require("ce_specversion", _matching(re.compile(r"1\.0")))
    headers.require("content-type", _matching(re.compile(r"application/json(;.*)?")))
    case = headers.optional("ce_caseid", UUID)
    headers.agree("ce_caseid differs from ce_partitionkey", holds=case in (None, key))
    headers.agree("the key differs from ce_partitionkey", holds=message.key == str(key).encode())
    owner = str(headers.optional("ce_type", str)).split(".")[1:2]
    headers.agree("the type is not one of its source", holds=owner == [source])
    topic = message.partition.topic
    headers.agree("the topic is not that of its source", holds=topic == topic_of(source or ""))


def _payload(contract: type[Contract], value: bytes | None) -> tuple[Contract | None, list[str]]:
    try:
        return contract.model_validate_json(value or b""), []
    except ValidationError as error:
        return None, [
            f"{'.'.join(map(str, fault['loc'])) or 'the payload'}: {fault['type']}"
            for fault in error.errors(include_input=False, include_url=False, include_context=False)
        ]


def _source(text: str) -> str:
    if not text.startswith(_SOURCE) or not _CODE.fullmatch(text.removeprefix(_SOURCE)):
        raise ValueError
    return text.removeprefix(_SOURCE)


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError
        return text

    return parse


def _is_text(read: str) -> bool:
    """Bytes that are not were read as lone surrogates."""
    try:
        read.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError
    return int(text)


def _parse_instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError
    return instant.astimezone(UTC)
