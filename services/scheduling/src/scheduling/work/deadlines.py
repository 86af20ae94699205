"""Durable work: a deadline that nobody met by the end of its day is missed.

Who was given its timer may have a clock that is behind: the day is over all the same.
"""

from uuid import UUID

from events.commands import Cause, History, execute
from events.occurrence import Occurred
from events.store import Store, Work, WriteSet
from events.work import Handle
from kit.clock import Clock
from scheduling.consent.decider import CONSENT, REMINDERS, has_stopped
from scheduling.deadline.decider import DEADLINE, MissDeadline


def deadline_misser(store: Store, clock: Clock) -> Handle:
    async def miss(work: Work) -> None:
        def command(history: History) -> MissDeadline:
            stopped = has_stopped(REMINDERS, history, work.key)
            at = max(clock(), work.due_at) if work.due_at else clock()
            return MissDeadline(stopped=stopped, occurred=Occurred.instant(at))

        consents = {CONSENT.beside(work.key): 0}
        beside = WriteSet(done=[work.id], expected=consents)
        cause = Cause(metadata=work.metadata, beside=beside)
        stream = UUID(work.data["deadline"])
        await execute(store, DEADLINE, work.key, command, cause, stream=stream)

    return miss
