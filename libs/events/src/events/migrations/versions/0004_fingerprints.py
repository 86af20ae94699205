"""Who shares a fingerprint: an index that only records of that field are in."""

from events.migrate import execute

revision = "0004_fingerprints"
down_revision = "0003_marks"


def upgrade() -> None:
    execute("0004_fingerprints.sql")
