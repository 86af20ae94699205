"""Which referrals may be of the same person for the same reason; nobody merges them unasked."""

from dataclasses import replace
from uuid import UUID

from events.commands import History
from events.history import facts
from events.occurrence import UNKNOWN, Occurred
from events.store import Store
from intake.referral.decider import REFERRAL, Referral, Status
from intake.referral.origins import origin_of
from kit.calls import Call
from kit.moments import NOW, Moment


async def possible_duplicates(
    call: Call, store: Store, case_id: UUID, at: Moment = NOW
) -> list[UUID]:
    """Those that the caller may see, and that were known as referrals at that time."""
    own = _referral(case_id, await call.needed(case_id), at)
    found = []
    for other in await store.alike(case_id):
        history = await call.found(other)
        if history and _may_be_same(own, _referral(other, history, at)):
            found.append(other)
    return sorted(found)


async def earlier_duplicates(call: Call, store: Store, case_id: UUID) -> list[UUID]:
    """Those that were known before it: the same whenever it is asked, as answers to writes are."""
    stream = REFERRAL.beside(case_id)
    made = next(r for r in await call.needed(case_id) if r.stream == stream)
    return await possible_duplicates(call, store, case_id, Moment(known_at=made.recorded_at))


def _referral(case_id: UUID, history: History, at: Moment) -> Referral:
    known = facts(history, as_of=at.as_of, known_at=at.known_at)
    referral = REFERRAL.state(known, REFERRAL.beside(case_id))
    return replace(referral, origin=origin_of(known, case_id))


def _may_be_same(one: Referral, other: Referral) -> bool:
    """Unless the origins are known to be two: what is not known may be the same."""
    mine, theirs = _origin(one), _origin(other)
    apart = _well_before(mine, theirs) or _well_before(theirs, mine)
    return other.status is not Status.NEW and not apart


def _well_before(one: Occurred, other: Occurred) -> bool:
    """With a day or more between: of two days that adjoin, one incident may have a night."""
    return one.end is not None and other.at is not None and one.end < other.at


def _origin(referral: Referral) -> Occurred:
    return Occurred.parse(referral.origin) if referral.origin else UNKNOWN
