"""Which deadlines a caller may know of: one that intake's events set tells how an offer went."""

from collections.abc import Callable

from events.commands import History
from events.store import Json, Recorded
from kit.calls import Call
from programmes.loader import Programmes
from programmes.published import service_of
from scheduling.deadline.decider import DEADLINE

Only = Callable[[History], list[Recorded[Json]]]


def hidden(call: Call, programmes: Programmes) -> frozenset[tuple[str, str]]:
    """Programme and policy of each that is not for this caller, by any version."""
    if call.may("offer-deadline:read"):
        return frozenset()
    return frozenset(
        (definition.code, deadline.policy)
        for definition in programmes.definitions
        for deadline in definition.deadlines
        if service_of(deadline.triggered_by) == "intake"
    )


def shown(call: Call, programmes: Programmes) -> Only | None:
    """What `call.read` is to leave of a case; None where that is all."""
    without = hidden(call, programmes)

    def only(known: History) -> list[Recorded[Json]]:
        code = programmes.of(known).code
        policies = (policy for programme, policy in without if programme == code)
        streams = {DEADLINE.beside(known[0].key, policy) for policy in policies}
        return [recorded for recorded in known if recorded.stream not in streams]

    return only if without else None
