"""Commands on the streams beside a case, such as its journal, which must fit the case."""

from dataclasses import dataclass
from typing import Generic
from uuid import UUID

from casefile.case.decider import CASE, Case
from events.commands import Gather, History
from events.decider import C


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCase(Generic[C]):
    """A command, and the state of the case in which it must fit."""

    case: Case
    command: C


def on_case(case_id: UUID, command: C | Gather[C]) -> Gather[OnCase[C]]:
    """Makes it out of all streams of the case."""

    def gather(history: History) -> OnCase[C]:
        made = command(history) if callable(command) else command
        return OnCase(case=CASE.state(history, case_id), command=made)

    return gather
