"""Which messages of each partition are finished without a gap, and so may be committed."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from events.broker import Message, Partition


@dataclass
class Offsets:
    """Messages are finished in any order; only what has nothing unfinished before it counts."""

    unfinished: int = 0
    _open: dict[Partition, deque[int]] = field(default_factory=dict)
    _done: dict[Partition, set[int]] = field(default_factory=dict)
    _ready: dict[Partition, int] = field(default_factory=dict)

    def began(self, message: Message) -> None:
        self._open.setdefault(message.partition, deque()).append(message.offset)
        self.unfinished += 1

    def finished(self, message: Message) -> None:
        opened = self._open[message.partition]
        done = self._done.setdefault(message.partition, set())
        done.add(message.offset)
        self.unfinished -= 1
        while opened and opened[0] in done:
            done.discard(opened[0])
            self._ready[message.partition] = opened.popleft() + 1

    def ready(self) -> Mapping[Partition, int]:
        """Where the group may go on, as far as that has not been committed yet."""
        return dict(self._ready)

    def committed(self, offsets: Mapping[Partition, int]) -> None:
        for partition, offset in offsets.items():
            if self._ready.get(partition) == offset:
                del self._ready[partition]
