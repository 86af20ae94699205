"""Which messages of each partition are finished without a gap, and so may be committed."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from events.broker import Bookmark, Message, Partition
from events.places import mark_of


@dataclass
class Offsets:
    """Messages are finished in any order; only what has nothing unfinished before it counts."""

    unfinished: int = 0
    _open: dict[Partition, deque[int]] = field(default_factory=dict)
    _done: dict[Partition, dict[int, str]] = field(default_factory=dict)
    _ready: dict[Partition, Bookmark] = field(default_factory=dict)

    def began(self, message: Message) -> None:
        self._open.setdefault(message.partition, deque()).append(message.offset)
        self.unfinished += 1

    def finished(self, message: Message) -> None:
        opened = self._open[message.partition]
        done = self._done.setdefault(message.partition, {})
        done[message.offset] = mark_of(message)
        self.unfinished -= 1
        while opened and opened[0] in done:
            offset = opened.popleft()
            self._ready[message.partition] = Bookmark(offset + 1, done.pop(offset))

    def ready(self) -> Mapping[Partition, Bookmark]:
        """Where the group may go on, as far as that has not been committed yet."""
        return dict(self._ready)

    def committed(self, bookmarks: Mapping[Partition, Bookmark]) -> None:
        for partition, bookmark in bookmarks.items():
            if self._ready.get(partition) == bookmark:
                del self._ready[partition]
