"""TCP ports of this machine: find a free one, or learn that a wanted one is taken."""

import asyncio
import random
import socket
import sys

from dev.failure import NotStarted

LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes ports for outgoing connections, which could else take a
# port between our look and the server's start.
RANGE = range(20000, 32000)


def free_port() -> int:
    """A port that nothing listens on, and that no other stack of this machine was given."""
    for port in random.sample(RANGE, k=200):
        if is_free(port) and _reserved(port):
            return port
    raise NotStarted(f"No free port was found between {RANGE.start} and {RANGE.stop}.")


def _reserved(port: int) -> bool:
    """Takes a name that the kernel keeps for as long as this process lives (on Linux)."""
    if sys.platform != "linux":
        return True
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0leidraad-port-{port}")
    except OSError:
        name.close()
        return False
    name.detach()
    return True


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(port: int, purpose: str) -> None:
    if not is_free(port):
        raise NotStarted(
            f"Port {port} is taken, and {purpose} needs it; stop what listens there "
            f"(`ss -ltnp 'sport = :{port}'` names it)."
        )


async def answers(port: int) -> bool:
    """Whether something listens."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True
