"""Scheduling, put together: deadlines."""

from collections.abc import Mapping, Sequence

from events.consumer import Reaction, react
from events.contracts import registry
from events.envelope import reads
from kit.composition import Follows, Ground, Service
from kit.settings import Settings
from programmes.loader import load
from scheduling.access import ACCESS, scope
from scheduling.codec import CODEC
from scheduling.deadline import router as deadline
from scheduling.deadline.work import MISS_DEADLINE
from scheduling.publish import publish
from scheduling.reactions import deadlines, reminders
from scheduling.views.deadlines import DEADLINES
from scheduling.work.deadlines import deadline_misser

DEADLINES_GROUP = "scheduling.deadlines"
CONSENTS_GROUP = "scheduling.consents"
"""Of its own, so that no withdrawal waits behind a deadline that cannot be set."""


def compose(ground: Ground[Settings]) -> Service:
    programmes = load(ground.settings.programmes)

    def follows(group: str, services: Sequence[str], reactions: Mapping[str, Reaction]) -> Follows:
        read = reads(registry(programmes.track_steps()))
        return Follows(
            group=group, services=services, read=read, handle=react(ground.store, group, reactions)
        )

    return Service(
        routers=[deadline.router],
        access=ACCESS,
        scope=scope,
        decode=CODEC.decode,
        publish=publish,
        follows=[
            follows(DEADLINES_GROUP, deadlines.SOURCES, deadlines.reactions(programmes)),
            follows(CONSENTS_GROUP, reminders.SOURCES, reminders.reactions(programmes)),
        ],
        views=[DEADLINES],
        work={MISS_DEADLINE: deadline_misser(ground.store, ground.clock)},
    )
