"""Whether the server keeps what it acknowledges: asked of the server itself."""

import asyncpg

from dev.failure import NotStarted

SERVER = {
    "shared_buffers": "4GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
SHOWN = [*DURABLE, "server_version", "shared_buffers", "wal_compression", "max_wal_size"]


async def durability(url: str) -> dict[str, str]:
    """The settings that matter; a server that would lose commits is not measured."""
    connection = await asyncpg.connect(url)
    try:
        shown = {name: str(await connection.fetchval(f"show {name}")) for name in SHOWN}
    finally:
        await connection.close()
    if lost := {name: shown[name] for name in DURABLE if shown[name] != DURABLE[name]}:
        raise NotStarted(f"The database may lose commits ({lost}); that is not what is measured.")
    return shown
