"""Evidence as JSON lines in a folder, and back; `tests/checker/README.md` describes each file."""

from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import orjson

from checker import lines
from checker.evidence import Books, Disturbed, Evidence, Rows
from checker.projection import plain
from events.broker import Message, Partition
from events.store import Json
from events.views import Row

T = TypeVar("T")
LOG, SEEN, REQUESTS, INBOX = "log.jsonl", "seen.jsonl", "requests.jsonl", "inbox.jsonl"
ACCESS, WORK, VAULT = "access.jsonl", "work.jsonl", "vault.jsonl"
CHECKPOINTS, VIEWS = "checkpoints.jsonl", "views.jsonl"
TOPICS = "topics"
EXCHANGES, MAILS, PARKED = "exchanges.jsonl", "mails.jsonl", "parked.jsonl"
SKIPPED, FOREIGN = "skipped.jsonl", "foreign.jsonl"
DISTURBED = "disturbed.jsonl"


def write(evidence: Evidence, folder: Path) -> None:
    for service, books in evidence.books.items():
        _write_books(books, folder / service)
    for topic, messages in evidence.topics.items():
        _write(folder / TOPICS / f"{topic}.jsonl", map(_message, messages))
    _write(folder / EXCHANGES, map(lines.of_exchange, evidence.exchanges))
    _write(folder / MAILS, ({"message": id_} for id_ in evidence.mails))
    _write(folder / PARKED, ({"group": g, "key": key} for g, key in sorted(evidence.parked)))
    _write(folder / SKIPPED, ({"group": g, "event": id_} for g, id_ in sorted(evidence.skipped)))
    _write(folder / FOREIGN, ({"message": id_} for id_ in sorted(evidence.foreign)))
    if evidence.disturbed is not None:
        _write(folder / DISTURBED, (d._asdict() for d in evidence.disturbed))


def read(folder: Path) -> Evidence:
    services = sorted(path.parent for path in folder.glob(f"*/{LOG}"))
    return Evidence(
        books={path.name: _books(path) for path in services},
        exchanges=_read(folder / EXCHANGES, lines.exchange),
        topics={path.stem: _messages(path) for path in sorted((folder / TOPICS).glob("*.jsonl"))},
        mails=_read(folder / MAILS, lambda line: UUID(line["message"])),
        parked=set(_read(folder / PARKED, lambda line: (line["group"], UUID(line["key"])))),
        skipped=set(_read(folder / SKIPPED, lambda line: (line["group"], UUID(line["event"])))),
        foreign=set(_read(folder / FOREIGN, lambda line: str(line["message"]))),
        disturbed=_disturbed(folder / DISTURBED),
    )


def _disturbed(path: Path) -> list[Disturbed] | None:
    return _read(path, lambda line: Disturbed(**line)) if path.exists() else None


def _write_books(books: Books, folder: Path) -> None:
    _write(folder / LOG, map(lines.of_event, books.log))
    _write(folder / SEEN, ({"position": position, "id": id_} for position, id_ in books.seen))
    _write(folder / REQUESTS, (lines.of_answer(*item) for item in books.answers.items()))
    _write(folder / INBOX, ({"effect": row, "message": id_} for row, id_ in sorted(books.inbox)))
    _write(folder / ACCESS, map(lines.of_access, books.access))
    _write(folder / WORK, map(lines.of_work, books.work))
    kept = ({"record": record, "apart": record in books.apart} for record in sorted(books.vault))
    _write(folder / VAULT, kept)
    positions = ({"view": name, "position": v.position} for name, v in books.views.items())
    _write(folder / CHECKPOINTS, positions)
    _write(folder / VIEWS, _view_rows(books.views))


def _books(folder: Path) -> Books:
    vault = _read(folder / VAULT, lambda line: (UUID(line["record"]), line["apart"]))
    return Books(
        log=_read(folder / LOG, lambda line: lines.event(folder.name, line)),
        seen=_read(folder / SEEN, lambda line: (line["position"], UUID(line["id"]))),
        answers=dict(_read(folder / REQUESTS, lines.answer)),
        inbox=set(_read(folder / INBOX, lambda line: (line["effect"], UUID(line["message"])))),
        access=_read(folder / ACCESS, lines.access),
        work=_read(folder / WORK, lines.work),
        vault={record for record, _ in vault},
        apart={record for record, apart in vault if apart},
        views=_views(folder),
    )


def _view_rows(views: Mapping[str, Rows]) -> Iterator[Json]:
    for name, shown in views.items():
        for row in shown.rows:
            yield {"view": name, "row": {column: plain(value) for column, value in row.items()}}


def _views(folder: Path) -> Mapping[str, Rows]:
    rows = defaultdict[str, list[Row]](list)
    for name, row in _read(folder / VIEWS, lambda line: (line["view"], line["row"])):
        rows[name].append(row)
    places = _read(folder / CHECKPOINTS, lambda line: (line["view"], line["position"]))
    return {name: Rows(position, rows[name]) for name, position in places}


def _message(message: Message) -> Json:
    return {
        "partition": message.partition.number,
        "offset": message.offset,
        "key": _text(message.key),
        "headers": [[name, _text(value)] for name, value in message.headers],
        "value": _text(message.value),
    }


def _messages(path: Path) -> Sequence[Message]:
    def message(line: Json) -> Message:
        headers = [(name, _bytes(value) or b"") for name, value in line["headers"]]
        place = Partition(path.stem, line["partition"])
        return Message(place, line["offset"], _bytes(line["key"]), headers, _bytes(line["value"]))

    return _read(path, message)


def _text(content: bytes | None) -> object:
    """Text where it is UTF-8, as ours is."""
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(content or b"").decode()}


def _bytes(content: Any) -> bytes | None:  # noqa: ANN401 - any JSON
    if isinstance(content, dict):
        return b64decode(content["base64"])
    return None if content is None else str(content).encode()


def _write(path: Path, content: Iterable[Json]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in content)


def _read(path: Path, parse: Callable[[Json], T]) -> list[T]:
    with path.open("rb") as file:
        return [parse(orjson.loads(line)) for line in file]
