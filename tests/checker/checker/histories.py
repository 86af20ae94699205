"""Histories of one key as property tests draw them: late, corrected, undated, at once."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded
from events.testing import METADATA, NOW, numbered, recorded

KEY = numbered(1)
IDS = st.integers(1, 3).map(numbered)
WORDS = st.sampled_from(["access", "other", f"{NOW:%Y-%m}", f"{NOW:%Y-%m-%d}"])
"""Codes that mean something to a view, and dates."""
DATES = st.dates(NOW.date(), NOW.date() + timedelta(days=3))
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)

moments = st.one_of(
    st.integers(0, 90).map(lambda hour: Occurred.instant(NOW + timedelta(hours=hour))),
    DATES.map(lambda day: Occurred.parse(str(day))),
    st.sampled_from([UNKNOWN, Occurred.parse(f"{NOW:%Y-%m}"), Occurred.parse(f"{NOW:%Y}")]),
)
told = st.tuples(
    st.integers(0, 3),
    st.one_of(st.none(), moments),
    st.one_of(st.none(), st.none(), st.integers(1, 12)),
    IDS,
    st.sampled_from([METADATA, UNDER_PROGRAMME]),
)
"""Hours since the fact before was recorded, when it happened (None: now), a correction, whose."""

_PLAIN: Mapping[Any, SearchStrategy[Any]] = {
    str: WORDS,
    UUID: IDS,
    int: st.integers(1, 3),
    float: st.integers(1, 3).map(float),
    bool: st.booleans(),
    date: DATES,
    datetime: st.integers(0, 90).map(lambda hour: NOW + timedelta(hours=hour)),
    Occurred: moments,
    NoneType: st.none(),
}


@st.composite
def histories(draw: st.DrawFn, events: SearchStrategy[tuple[str, Any]]) -> list[Recorded[Any]]:
    """Of events with their stored names; what is corrected may come later, or never."""
    at, log = NOW, []
    drawn = draw(st.lists(st.tuples(told, events), max_size=12))
    for position, (how, (name, event)) in enumerate(drawn, 1):
        hours, occurred, corrects, stream, metadata = how
        at += timedelta(hours=hours)
        fact = recorded(
            event,
            position,
            key=KEY,
            stream=stream,
            type=name,
            occurred=occurred or Occurred.instant(at),
            recorded_at=at,
            metadata=metadata,
        )
        log.append(replace(fact, corrects=numbered(corrects) if corrects else None))
    return log


def events_of(classes: Mapping[str, type[Any]]) -> SearchStrategy[tuple[str, Any]]:
    """Events of all these classes, which are known by their stored names."""
    return st.one_of([st.tuples(st.just(name), _of(classes[name])) for name in sorted(classes)])


def _of(hint: Any) -> SearchStrategy[Any]:  # noqa: ANN401 - a type as annotations have it
    """Few values of each type, so that facts meet each other."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _of(parts[0])
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in {Union, UnionType}:
        return st.one_of(*map(_of, parts))
    if origin in {list, tuple}:
        return st.lists(_of(parts[0]), max_size=2).map(origin)
    if origin in {dict, Mapping}:
        return st.dictionaries(*map(_of, parts), max_size=2)
    return _built(hint)


@cache
def _built(cls: type[Any]) -> SearchStrategy[Any]:
    """Contracts as they are read, also those that nobody here would write."""
    hints = get_type_hints(cls, include_extras=True)
    if is_dataclass(cls):
        return st.builds(cls, **{field.name: _of(hints[field.name]) for field in fields(cls)})
    return st.builds(cls.model_construct, **{name: _of(hints[name]) for name in cls.model_fields})
