"""Every event of scheduling's log, by stored name."""

from typing import Any

from events.codec import Codec, joined
from scheduling.deadline.events import CODEC as DEADLINE
from scheduling.reminder.events import CODEC as REMINDER

CODEC: Codec[Any] = joined(DEADLINE, REMINDER)
