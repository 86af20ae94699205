"""Ports: a free one is free, and a taken one is named."""

import socket

import pytest

from dev.failure import NotStarted
from dev.port import LOOPBACK, answers, free_port, is_free, require_free


def test_a_free_port_can_be_bound() -> None:
    port = free_port()

    with socket.socket() as bound:
        bound.bind((LOOPBACK, port))


@pytest.mark.parametrize("host", [LOOPBACK, "0.0.0.0"])  # noqa: S104 - as a rival would
async def test_a_taken_port_is_named_with_what_needs_it(host: str) -> None:
    with socket.create_server((host, 0)) as rival:
        port = rival.getsockname()[1]

        assert not is_free(port)
        assert await answers(port)
        with pytest.raises(NotStarted, match=f"Port {port} is taken, and intake needs it"):
            require_free(port, "intake")
