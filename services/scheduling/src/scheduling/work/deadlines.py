"""Durable work: a deadline that nobody met by the end of its day is missed.

Who was given its timer may have a clock that is behind: the day is over all the same.
"""

from uuid import UUID

from events.commands import Cause, History, execute
from events.occurrence import Occurred
from events.store import Store, Work, WriteSet
from events.work import Handle
from kit.clock import Clock
from programmes.loader import Programmes
from scheduling.deadline.decider import DEADLINE, MissDeadline
from scheduling.silence import grounds, is_silent, policy_of


def deadline_misser(store: Store, programmes: Programmes, clock: Clock) -> Handle:
    async def miss(work: Work) -> None:
        stream = UUID(work.data["deadline"])

        def command(history: History) -> MissDeadline:
            stopped = is_silent(policy_of(programmes, history, stream), history, work.key)
            at = max(clock(), work.due_at) if work.due_at else clock()
            return MissDeadline(stopped=stopped, occurred=Occurred.instant(at))

        done = WriteSet(done=[work.id])
        cause = Cause(metadata=work.metadata, beside=done, looks_at=grounds(work.key))
        await execute(store, DEADLINE, work.key, command, cause, stream=stream)

    return miss
