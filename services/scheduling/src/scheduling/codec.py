"""Every event of scheduling's log, by stored name."""

from typing import Any

from events.codec import Codec, joined
from scheduling.consent.events import CODEC as CONSENT
from scheduling.deadline.events import CODEC as DEADLINE

CODEC: Codec[Any] = joined(CONSENT, DEADLINE)
