"""If-Match: the versions of a resource that the caller is willing to act on (RFC 9110, 13.1.1)."""

import re
from dataclasses import dataclass
from uuid import UUID

from events.commands import History
from kit.problems import Problem

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"\s*{_TAG}(?:\s*,\s*{_TAG})*\s*")
_STRONG = re.compile(r'(?<!W/)"(\d{1,18})"')


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The versions named; None stands for `*`, which is any version of what exists."""

    versions: frozenset[int] | None

    def check(self, history: History, stream: UUID) -> None:
        current = version(history, stream)
        if not (current if self.versions is None else current in self.versions):
            raise Problem(412, "stale", "This is not the version that you named; read it again.")


def checked(header: str | None, *, required: bool) -> IfMatch | None:
    """A weak tag matches nothing (the comparison is strong); what is no list is refused."""
    if header is None:
        if required:
            raise Problem(428, "if-match-missing", "Name the version that you act on, in If-Match.")
        return None
    if header.strip() == "*":
        return IfMatch(None)
    if not _TAGS.fullmatch(header):
        raise Problem(400, "bad-if-match", "If-Match must be `*` or a list of quoted entity tags.")
    return IfMatch(frozenset(map(int, _STRONG.findall(header))))


def version(history: History, stream: UUID) -> int:
    """The version of a stream; 0 if it has no events."""
    return max((r.version for r in history if r.stream == stream), default=0)


def tag(version: int) -> str:
    return f'"{version}"'
