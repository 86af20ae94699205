"""The command line of notifications: see `python -m notifications --help`."""

from kit.serve import main
from notifications.app import compose
from notifications.settings import NotificationSettings

main("notifications", compose, NotificationSettings)
