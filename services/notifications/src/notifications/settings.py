"""What notifications is told by its environment beside what all services are."""

from kit.settings import Settings


class NotificationSettings(Settings):
    """`mail_from` is the sender's address; its domain also stands in each Message-ID."""

    smtp_url: str
    mail_from: str = "leidraad@localhost"
