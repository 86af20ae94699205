"""What carries events on."""

from events.migrate import execute

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    execute("0002_delivery.sql")
