"""Cursor paging: the next page begins after the last row of this one, whatever was added since."""

import base64
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import orjson
from fastapi import Depends, Query, Request, Response

from events.history import placed
from events.store import Recorded
from kit import problems
from kit.bodies import Answer
from kit.edge import Edge

T = TypeVar("T")
E = TypeVar("E")
Row = TypeVar("Row")

MOST = 200
_TAG_BYTES = 16


class Listed(Answer, Generic[T]):
    """A page of a list; `next` is the cursor of the next page, null on the last one."""

    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for: `limit` rows behind `after`, values of the columns that order the list."""

    after: Sequence[Any] | None
    limit: int
    request: Request
    response: Response

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than is shown tells whether there is a next page."""
        return self.limit + 1

    def answer(
        self, rows: Sequence[Row], order: Callable[[Row], Sequence[Any]], show: Callable[[Row], T]
    ) -> Listed[T]:
        """`order` gives the values of a row that `after` brings back: JSON, nothing personal."""
        shown = rows[: self.limit]
        cursor = self._cursor(order(shown[-1])) if len(rows) > self.limit else None
        if cursor:
            self.response.headers["link"] = f'<{self._next(cursor)}>; rel="next"'
        return Listed(items=[show(row) for row in shown], next=cursor)

    def of_facts(
        self, known: Iterable[Recorded[E]], show: Callable[[Recorded[E]], T | None]
    ) -> Listed[T]:
        """The facts of a key that `show` shows at all, in the order in which they happened.

        A cursor says at which moment, and how many facts took their place there: what is told
        later comes behind them.
        """
        rows = [
            (place, shown)
            for place, fact in _numbered(known)
            if (self.after is None or place > list(self.after)) and (shown := show(fact))
        ]
        return self.answer(rows, itemgetter(0), itemgetter(1))

    def _cursor(self, values: Sequence[Any]) -> str:
        return encode(_secret(self.request), _place(self.request), values)

    def _next(self, cursor: str) -> str:
        kept = [(k, v) for k, v in self.request.query_params.multi_items() if k != "cursor"]
        return f"{quote(self.request.scope['path'])}?{urlencode([*kept, ('cursor', cursor)])}"


def _numbered(known: Iterable[Recorded[E]]) -> Iterator[tuple[list[Any], Recorded[E]]]:
    for moment, together in groupby(placed(known), key=itemgetter(0)):
        for number, (_, fact) in enumerate(together):
            yield [moment.isoformat(timespec="microseconds"), number], fact


async def _page(
    request: Request,
    response: Response,
    cursor: Annotated[
        str | None, Query(max_length=1000, description="`next` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most on a page.")] = 50,
) -> Page:
    after = None if cursor is None else decode(_secret(request), _place(request), cursor)
    return Page(after, limit, request, response)


AtPage = Annotated[Page, Depends(_page)]
"""How a route pages: a parameter of this type."""


def encode(secret: bytes, place: str, values: Sequence[Any]) -> str:
    content = orjson.dumps(values)
    return base64.urlsafe_b64encode(_tag(secret, place, content) + content).decode().rstrip("=")


def decode(secret: bytes, place: str, cursor: str) -> Sequence[Any]:
    """The values of a cursor that we made for this list; a problem for any other."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raw = b""
    tag, content = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(secret, place, content)):
        raise problems.invalid(
            [{"parameter": "cursor", "detail": "this cursor is not of this list"}]
        )
    values: Sequence[Any] = orjson.loads(content)
    return values


def _tag(secret: bytes, place: str, content: bytes) -> bytes:
    return hmac.digest(secret, place.encode() + b"\0" + content, "sha256")[:_TAG_BYTES]


def _secret(request: Request) -> bytes:
    edge: Edge = request.app.state.edge
    return edge.cursor_key


def _place(request: Request) -> str:
    return quote(request.scope["path"])
