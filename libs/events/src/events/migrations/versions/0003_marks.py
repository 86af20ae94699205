"""What the topic was seen to hold; services name their own third migration plainly `0003`."""

from events.migrate import execute

revision = "0003_marks"
down_revision = "0002"


def upgrade() -> None:
    execute("0003_marks.sql")
