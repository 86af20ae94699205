"""Deadlines that passed in silence for want of what was handled after their timers."""

from uuid import UUID

from events.commands import Cause, Gather, History, execute
from events.consumer import follows
from events.contracts.contract import Contract
from events.history import FOREVER
from events.occurrence import UNKNOWN, end_of_day
from events.store import Recorded, Store
from programmes.loader import Programmes
from scheduling.deadline.decider import DEADLINE, MissDeadline
from scheduling.silence import is_silent


async def tell_missed(store: Store, programmes: Programmes, message: Recorded[Contract]) -> None:
    """Each is missed at the moment at which it passed; a repetition finds it missed."""
    history = await store.history(message.key)
    cause = Cause(metadata=follows(message, store.source))
    for stream in dict.fromkeys(r.stream for r in history if DEADLINE.codec.reads(r.type)):
        if DEADLINE.state(history, stream).silenced is not None:
            miss = _miss(stream, programmes)
            await execute(store, DEADLINE, message.key, miss, cause, stream=stream)


def _miss(stream: UUID, programmes: Programmes) -> Gather[MissDeadline]:
    def command(history: History) -> MissDeadline:
        deadline = DEADLINE.state(history, stream)
        policy = programmes.of(history).deadline(deadline.policy)
        now_and_then = (FOREVER, end_of_day(deadline.due_on))
        return MissDeadline(
            stopped=any(is_silent(policy, history, history[0].key, at) for at in now_and_then),
            occurred=deadline.silenced or UNKNOWN,
        )

    return command
