"""Deadlines that passed in silence, though consent stood: it was handled after their timers."""

from uuid import UUID

from events.commands import Cause, Gather, History, execute
from events.consumer import follows
from events.contracts.contract import Contract
from events.occurrence import UNKNOWN, end_of_day
from events.store import Recorded, Store
from scheduling.consent.decider import CONSENT, REMINDERS
from scheduling.deadline.decider import DEADLINE, MissDeadline


async def tell_missed(store: Store, message: Recorded[Contract]) -> None:
    """Each is missed at the moment at which it passed; a repetition finds it missed."""
    history = await store.history(message.key)
    cause = Cause(metadata=follows(message, store.source))
    for stream in dict.fromkeys(r.stream for r in history if DEADLINE.codec.reads(r.type)):
        if DEADLINE.state(history, stream).silenced is not None:
            await execute(store, DEADLINE, message.key, _miss(stream), cause, stream=stream)


def _miss(stream: UUID) -> Gather[MissDeadline]:
    def command(history: History) -> MissDeadline:
        deadline = DEADLINE.state(history, stream)
        consents = CONSENT.state(history, CONSENT.beside(history[0].key))
        then = consents.before(end_of_day(deadline.due_on))
        return MissDeadline(
            stopped=REMINDERS in consents.stopped | then.stopped,
            occurred=deadline.silenced or UNKNOWN,
        )

    return command
