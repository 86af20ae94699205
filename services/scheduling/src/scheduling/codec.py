"""Every event of scheduling's log, by stored name."""

from typing import Any

from events.codec import Codec, joined
from scheduling.appointment.events import CODEC as APPOINTMENT
from scheduling.case_manager.events import CODEC as CASE_MANAGER
from scheduling.consent.events import CODEC as CONSENT
from scheduling.deadline.events import CODEC as DEADLINE
from scheduling.spell.events import CODEC as SPELL
from scheduling.team.events import CODEC as TEAM

CODEC: Codec[Any] = joined(APPOINTMENT, CASE_MANAGER, CONSENT, DEADLINE, SPELL, TEAM)
