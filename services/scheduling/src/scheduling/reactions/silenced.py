"""Deadlines that passed in silence, as a consent or a reopening came after their timers."""

from uuid import UUID

from events.commands import Cause, Gather, History, execute
from events.consumer import follows
from events.contracts.contract import Contract
from events.history import FOREVER
from events.occurrence import UNKNOWN, end_of_day
from events.store import Recorded, Store
from programmes.loader import Programmes
from scheduling.deadline.decider import DEADLINE, MissDeadline
from scheduling.silence import grounds, is_silent, policy_of


async def tell_missed(store: Store, programmes: Programmes, message: Recorded[Contract]) -> None:
    """Each is missed at the moment at which it passed; a repetition finds it missed."""
    history = await store.history(message.key)
    cause = Cause(metadata=follows(message, store.source), looks_at=grounds(message.key))
    for stream in dict.fromkeys(r.stream for r in history if DEADLINE.codec.reads(r.type)):
        if DEADLINE.state(history, stream).silenced is not None:
            miss = _miss(stream, programmes)
            await execute(store, DEADLINE, message.key, miss, cause, stream=stream)


def _miss(stream: UUID, programmes: Programmes) -> Gather[MissDeadline]:
    """Silent still where it is so now, or was when the day was over."""

    def command(history: History) -> MissDeadline:
        deadline = DEADLINE.state(history, stream)
        policy, case_id = policy_of(programmes, history, stream), history[0].key
        moments = (FOREVER, end_of_day(deadline.due_on))
        return MissDeadline(
            stopped=any(is_silent(policy, history, case_id, at) for at in moments),
            occurred=deadline.silenced or UNKNOWN,
        )

    return command
