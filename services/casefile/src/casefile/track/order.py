"""Whether steps can have happened as they are told: the guards of a track, judged by occurrence."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from casefile.track.events import Step
from programmes.track import Gone, Track
from programmes.track import Step as Defined


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """A guard that does not hold: `code` and `detail` as a rule that says no gives them."""

    code: str
    detail: str


def breaches(steps: Sequence[Step], defined: Track) -> frozenset[Breach]:
    """All guards that the steps of a track break together; what is unknown breaks none."""
    known = ((step, defined.step(step.step)) for step in steps)
    return frozenset(
        breach for step, rule in known if rule for breach in _breaches(step, rule, steps)
    )


def _breaches(step: Step, rule: Defined, steps: Sequence[Step]) -> Iterator[Breach]:
    others = [other for other in steps if other is not step]
    if not rule.repeats and any(other.step == step.step for other in others):
        yield Breach("step-repeated", f"The step {step.step} is taken once.")
    if rule.after:
        yield from _unprepared(step, rule.after, others)
    for other in others:
        if _is(other, rule.not_after) and other.occurred.certainly_before(step.occurred):
            detail = f"The step {step.step} does not come after {other.step}."
            yield Breach("impossible-order", detail)


def _unprepared(step: Step, needed: Iterable[Gone], others: Sequence[Step]) -> Iterator[Breach]:
    before = [other for other in others if _is(other, needed)]
    names = " or ".join(_name(gone) for gone in needed)
    if not before:
        yield Breach("step-missing", f"The step {step.step} needs {names} before it.")
    elif all(step.occurred.certainly_before(other.occurred) for other in before):
        yield Breach("impossible-order", f"The step {step.step} comes after {names}.")


def _is(step: Step, named: Iterable[Gone]) -> bool:
    return any(
        step.step == gone.step and (not gone.outcomes or step.outcome in gone.outcomes)
        for gone in named
    )


def _name(gone: Gone) -> str:
    ends = " or ".join(sorted(gone.outcomes))
    return f"{gone.step} ({ends})" if ends else gone.step
