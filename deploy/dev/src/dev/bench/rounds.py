"""What a process of the benchmark offers: a round of some seconds, as often as it is asked for."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from dev.bench.load import Sample

Round = Callable[[float], Awaitable[Sample]]
Opened = Callable[[str], AbstractAsyncContextManager[Round]]
