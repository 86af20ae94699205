"""How far a process has to be ahead so that what is due today is over for it."""

import math
from datetime import UTC, datetime

from events.occurrence import civil_day, end_of_day


def seconds_left_today() -> str:
    """As a setting: so it lives just after the end of today."""
    now = datetime.now(UTC)
    return str(math.ceil((end_of_day(civil_day(now)) - now).total_seconds()) + 1)
