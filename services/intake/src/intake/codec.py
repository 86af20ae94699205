"""Every event of intake's log, by stored name."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from events.codec import Codec, joined
from events.store import Json, Recorded
from intake.offer.events import CODEC as OFFER
from intake.organisation.events import CODEC as ORGANISATION
from intake.referral.events import CODEC as REFERRAL

CODEC: Codec[Any] = joined(ORGANISATION, OFFER, REFERRAL)


def explanations(history: Iterable[Recorded[Json]], stream: UUID) -> frozenset[UUID]:
    """The texts in the vault that the events of a stream name."""
    told = (CODEC.decode(recorded).event for recorded in history if recorded.stream == stream)
    ids = (getattr(event, "explanation", None) for event in told)
    return frozenset(id_ for id_ in ids if id_)
