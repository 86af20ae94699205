"""How far each source has been taken in, found without a walk through the log."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("""
        create index events_source_recorded_at_idx
        on events ((data->>'source'), (data->>'recordedAt') collate "C")
    """)
