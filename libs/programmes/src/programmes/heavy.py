"""What makes a case heavy for whoever works on it: what happened in it, or what somebody says."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from events.contracts import told_first, type_name, with_corrections
from events.contracts.contract import Code
from programmes.published import Context, PublishedType, service_of
from programmes.term import Declared, Reasons, Term, with_unknown
from programmes.track import Step, Track
from programmes.trigger import Values, says, unsaid


class HeavyReason(Term):
    """Why a case is heavy; where it is `marked_by` an event, that marks it by itself (`when`)."""

    marked_by: PublishedType | None = None
    when: Mapping[Code, Values] = {}


class Heavy(Declared):
    """Why a case may be marked as heavy, and why the mark may be taken away."""

    reasons: Annotated[tuple[HeavyReason, ...], Field(min_length=1), AfterValidator(with_unknown)]
    removal_reasons: Reasons

    @property
    def types(self) -> frozenset[str]:
        """The published types of what may mark a case by itself."""
        marking = [reason.marked_by for reason in self.reasons if reason.marked_by]
        return with_corrections(marking)

    def marks(self, type_: str, event: object) -> list[str]:
        """The reasons for which an event, as stored or as published, marks its case."""
        told = told_first(type_)
        return [r.code for r in self.reasons if r.marked_by == told and says(event, r.when)]


def unmarked(heavy: Heavy, tracks: Iterable[Track], known: Context) -> Iterator[str]:
    """What is wrong with the events that are to mark a case."""
    steps = {type_name("casefile", s.publishes): s for track in tracks for s in track.steps}
    for reason in heavy.reasons:
        for mistake in _mistakes(reason, steps, known):
            yield f"{reason.code}: {mistake}"


def _mistakes(reason: HeavyReason, steps: Mapping[str, Step], known: Context) -> Iterator[str]:
    if reason.marked_by is None:
        if reason.when:
            yield "`when` needs an event in markedBy"
        return
    if service_of(reason.marked_by) != "casefile":
        yield "its trigger is nothing that the case file publishes"
    yield from unsaid(reason.marked_by, reason.when, steps.get(reason.marked_by), known)
