"""Reads the definitions of a folder, and refuses them with all their mistakes at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from events.contracts.casefile import TrackStepRecorded
from events.store import Recorded
from programmes.document import read, repeated
from programmes.model import Definition
from programmes.published import context_of
from programmes.step import contract, disagreements
from programmes.track import Step

SHIPPED = Path(__file__).parent / "definitions"


class InvalidDefinitions(Exception):
    """The definitions cannot be used: `mistakes` names every mistake with its file and place."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(["The programme definitions hold mistakes:", *self.mistakes]))


class UnknownProgramme(LookupError):
    """No such programme, or none of its versions is in force on that day."""


@dataclass(frozen=True, slots=True)
class Programmes:
    """All versions of all programmes."""

    definitions: tuple[Definition, ...]

    def current(self, code: str, on: date) -> Definition:
        """The version in force on a day."""
        in_force = (d for d in self.definitions if d.code == code and d.valid_from <= on)
        found = max(in_force, key=lambda d: d.valid_from, default=None)
        if found is None:
            raise UnknownProgramme(f"no version of programme {code} is in force on {on}")
        return found

    def judging(self, code: str, on: date) -> Definition:
        """The version whose criteria judge a day; one before the programme began, the first."""
        began = min((d.valid_from for d in self.definitions if d.code == code), default=on)
        return self.current(code, max(on, began))

    def version(self, code: str, version: int) -> Definition:
        """The version that an event names."""
        for definition in self.definitions:
            if (definition.code, definition.version) == (code, version):
                return definition
        raise UnknownProgramme(f"programme {code} has no version {version}")

    def of(self, history: Sequence[Recorded[Any]]) -> Definition:
        """The version under which a case began, as its events say."""
        began = history[0].metadata
        return self.version(str(began.programme), began.programme_version or 0)

    def codes(self) -> frozenset[str]:
        return frozenset(definition.code for definition in self.definitions)

    def in_force(self, on: date) -> frozenset[str]:
        """The codes of the programmes that have a version in force on a day."""
        return frozenset(d.code for d in self.definitions if d.valid_from <= on)

    def track_steps(self) -> Mapping[str, type[TrackStepRecorded]]:
        """The contracts of all track steps by event name, for `events.contracts.registry`."""
        return {name: contract(tuple(told)) for name, told in _told(self.definitions).items()}


def load(folder: Path | None = None) -> Programmes:
    """The definitions of a folder, by default the shipped ones; raises InvalidDefinitions."""
    place = folder or SHIPPED
    paths = sorted([*place.glob("*.yaml"), *place.glob("*.yml")])
    mistakes = [] if paths else [f"{place}: holds no definition (*.yaml)"]
    definitions: list[Definition] = []
    for path in paths:
        definition, found = _checked(path)
        mistakes += [f"{path.name}: {mistake}" for mistake in found]
        definitions += [definition] if definition else []
    mistakes += [*_versions(definitions), *disagreements(_told(definitions))]
    if mistakes:
        raise InvalidDefinitions(mistakes)
    return Programmes(tuple(definitions))


def _checked(path: Path) -> tuple[Definition | None, list[str]]:
    try:
        document = read(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return None, [str(error).replace("\n", " ")]
    if not isinstance(document, dict):
        return None, ["is no mapping of fields"]
    mistakes = list(repeated(document))
    try:
        return Definition.model_validate(document, context=context_of(document)), mistakes
    except ValidationError as error:
        return None, [*mistakes, *_named(error)]


def _named(error: ValidationError) -> Iterator[str]:
    for detail in error.errors():
        place = ".".join(to_camel(str(part)) for part in detail["loc"])
        given = _given(detail["input"]) if detail["type"] != "missing" else ""
        yield f"{place}: {detail['msg'].removeprefix('Value error, ')}{given}"


def _given(value: object) -> str:
    return f" (given: {value!r})" if isinstance(value, str | int | float | bool) else ""


def _versions(definitions: Iterable[Definition]) -> Iterator[str]:
    """Mistakes between documents: a version given twice, or two versions from one day on."""
    found = list(definitions)
    versions = Counter((d.code, d.version) for d in found)
    days = Counter((d.code, d.valid_from) for d in found)
    for (code, version), times in versions.items():
        if times > 1:
            yield f"{code}: version {version} is defined {times} times"
    for (code, day), times in days.items():
        if times > 1:
            yield f"{code}: {times} versions are valid from {day}"


def _told(definitions: Iterable[Definition]) -> Mapping[str, list[Step]]:
    """The steps, of whatever programme and version, that are published under one name."""
    told: dict[str, list[Step]] = {}
    for step in (s for d in definitions for track in d.tracks for s in track.steps):
        told.setdefault(step.publishes, []).append(step)
    return told
