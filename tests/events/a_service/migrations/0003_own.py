"""What this service has beside the log and its delivery."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("create table its_own ()")
