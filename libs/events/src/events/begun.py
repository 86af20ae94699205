"""Counts messages while they are in hand, so that one of which a process dies stays counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from events.broker import Message, Partition
from events.parking import Tries


class Begun:
    """Those that begin while a call is under way share the next one; what is over is taken back."""

    def __init__(self, tries: Tries, group: str) -> None:
        self._tries = tries
        self._group = group
        self._asked: list[tuple[Message, asyncio.Future[int]]] = []
        self._asking: asyncio.Task[None] | None = None
        self._over: dict[tuple[Partition, int], Message] = {}
        self._forgetting = asyncio.Lock()
        self._alone = asyncio.Lock()

    async def begin(self, message: Message) -> int:
        """Counts it as begun, and says how many processes ended with the message in hand."""
        if _place(message) in self._over:
            async with self._forgetting:
                if self._over.pop(_place(message), None):
                    return 0
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._asked.append((message, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await answer

    @asynccontextmanager
    async def in_hand(self, message: Message, died: int) -> AsyncIterator[None]:
        """While it is handled; `died` is what `begin` said of it.

        Suspects come one at a time, so that only the one that ends the process is counted.
        """
        async with self._alone if died else nullcontext():
            if died:
                await self._tries.count(self._group, message)
            broken_off = False
            try:
                yield
            except asyncio.CancelledError:
                broken_off = True  # and so it stays counted: it may be one that hangs for ever
                raise
            finally:
                if not broken_off:
                    self.over(message)
            if died:
                await self.forget()

    def over(self, message: Message) -> None:
        """It is not in hand any more: what was counted of it is to be taken back."""
        self._over[_place(message)] = message

    async def forget(self) -> None:
        """Takes back the counts of all that was in hand and is not any more."""
        async with self._forgetting:
            over = dict(self._over)
            if over:
                await self._tries.forget(self._group, [*over.values()])
            for place in over:
                del self._over[place]

    async def _ask(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked, []
                await self._answer(asked)
        finally:
            self._asking = None

    async def _answer(self, asked: list[tuple[Message, asyncio.Future[int]]]) -> None:
        try:
            counts = await self._tries.begin(self._group, [message for message, _ in asked])
        except Exception as error:  # noqa: BLE001 - handed to those who asked
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for (_, answer), count in zip(asked, counts, strict=True):
                if not answer.done():
                    answer.set_result(count)


def _place(message: Message) -> tuple[Partition, int]:
    return message.partition, message.offset
