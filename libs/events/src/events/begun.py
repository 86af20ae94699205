"""Counts the first tries of many messages with one call, before any of them is handled."""

import asyncio

from events.broker import Message
from events.parking import Tries


class Begun:
    """Those that ask while a call is under way share the next one."""

    def __init__(self, tries: Tries, group: str) -> None:
        self._tries = tries
        self._group = group
        self._asked: list[tuple[Message, asyncio.Future[int]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def before(self, message: Message) -> int:
        """How often the message was begun before; it is begun now."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._asked.append((message, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await answer

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
