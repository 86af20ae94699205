"""Takes the evidence of the running system, for the checker to judge.

    await gather(world, exchanges, seen) -> Evidence

`exchanges` is what clients remember (`world.ledger.exchanges`), `seen` what readers that went along
were given, by service; `disturbed` when mails may have been handed over half way, if that was
noted. It may be called while the system is at work: then check it unsettled.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.parser import BytesHeaderParser
from uuid import UUID

from checker.evidence import Books, Disturbed, Evidence, Exchange
from events.envelope import topic_of
from rig.books import Seen, Waits, read
from rig.topics import PUBLISHING, messages
from rig.world import World

ORDER = ("analytics", "notifications", "scheduling", "casefile", "intake")
"""Who consumes before who publishes: what has had an effect is then in the log of its source."""


async def gather(
    world: World,
    exchanges: Sequence[Exchange],
    seen: Mapping[str, Seen],
    disturbed: Sequence[tuple[datetime, datetime]] | None = None,
) -> Evidence:
    known = list(exchanges), {service: list(own) for service, own in seen.items()}
    mails = [_message(path.read_bytes()) for path in world.stack.mails()]
    topics = {topic_of(service): await messages(world, service) for service in PUBLISHING}
    books: dict[str, Books] = {}
    parked, skipped = Waits(), Waits()
    for service in ORDER:
        own = world.rules[service]
        url, read_along = world.database(service), known[1].get(service, ())
        books[service], waiting, left_out = await read(url, service, own, read_along)
        parked |= waiting
        skipped |= left_out
    return Evidence(
        books=books,
        exchanges=known[0],
        topics=topics,
        mails=mails,
        parked=parked,
        skipped=skipped,
        foreign=set(world.foreign),
        disturbed=None if disturbed is None else _disturbed(books["notifications"], disturbed),
    )


def _disturbed(books: Books, times: Sequence[tuple[datetime, datetime]]) -> list[Disturbed]:
    """Told by how long the log was."""
    recorded = [event.recorded_at for event in books.log]
    return [Disturbed(bisect_right(recorded, a), bisect_right(recorded, b)) for a, b in times]


def _message(mail: bytes) -> UUID:
    """The Message-ID of a mail is that of its message, at the sender's domain."""
    headers = BytesHeaderParser().parsebytes(mail)
    return UUID(str(headers["Message-ID"]).strip(" <>").partition("@")[0])
