"""Facts about the reminders of a case that tests and demos start from."""

from events.occurrence import Occurred
from scheduling.reminder.events import RemindersAllowed, RemindersStopped

STOPPED = RemindersStopped(consent="support", occurred=Occurred.parse("2027-02-16"))
ALLOWED = RemindersAllowed(consent="support", occurred=Occurred.parse("2027-02-17"))
