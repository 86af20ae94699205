"""Keys whose facts a view cannot read are parked, so that the others go on."""

from events.migrate import execute

revision = "0005_parked_views"
down_revision = "0004_fingerprints"


def upgrade() -> None:
    execute("0005_parked_views.sql")
