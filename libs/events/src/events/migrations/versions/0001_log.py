"""The log."""

from events.migrate import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute("0001_log.sql")
