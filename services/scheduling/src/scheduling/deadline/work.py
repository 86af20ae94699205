"""The timer of a deadline: a work item that falls due when the day is over."""

from collections.abc import Sequence

from events.occurrence import end_of_day
from events.store import Draft, Work
from scheduling.deadline.events import DeadlineEvent, DeadlineSet

MISS_DEADLINE = "miss-deadline"


def work(draft: Draft, event: DeadlineEvent) -> Sequence[Work]:
    match event:
        case (
            DeadlineSet(silent=False, due_on=due_on)
            | DeadlineSet(reminders_stopped=True, due_on=due_on)
        ):
            return [
                Work(
                    id=draft.id,
                    kind=MISS_DEADLINE,
                    key=draft.key,
                    data={"deadline": str(draft.stream)},
                    due_at=end_of_day(due_on),
                    metadata=draft.metadata,
                )
            ]
        case _:
            return []
