"""A mail server that keeps what it is sent, one file per message, for people and tests to read."""

import argparse
import asyncio
import itertools
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from dev.port import LOOPBACK
from dev.terminal import run


class Mailbox:
    """Writes each accepted message whole or not at all; names sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        sender = f"Return-Path: <{envelope.mail_from}>\r\n"
        recipients = "".join(f"Delivered-To: {address}\r\n" for address in envelope.rcpt_tos)
        name = f"{time.time_ns()}-{next(self._numbers)}"
        unfinished = self._folder / f".{name}"
        unfinished.write_bytes(f"{sender}{recipients}".encode() + content)
        unfinished.rename(self._folder / f"{name}.eml")
        return "250 OK"


async def serve(port: int, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    mailbox = Mailbox(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="mailbox.invalid", enable_SMTPUTF8=True), LOOPBACK, port
    )
    async with server:
        await server.serve_forever()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.mailbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    return run(serve(arguments.port, arguments.folder))


if __name__ == "__main__":
    sys.exit(main())
