"""Scheduling, put together: deadlines."""

from events.consumer import react
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
from scheduling.reactions import SOURCES, reactions
from scheduling.views.deadlines import DEADLINES
from scheduling.work.deadlines import deadline_misser

GROUP = "scheduling.deadlines"


def compose(ground: Ground[Settings]) -> Service:
    programmes = load(ground.settings.programmes)
    return Service(
        routers=[deadline.router],
        access=ACCESS,
        scope=scope,
        decode=CODEC.decode,
        publish=publish,
        follows=[
            Follows(
                group=GROUP,
                services=SOURCES,
                read=reads(registry(programmes.track_steps())),
                handle=react(ground.store, GROUP, reactions(programmes)),
            )
        ],
        views=[DEADLINES],
        work={MISS_DEADLINE: deadline_misser(ground.store, ground.clock)},
    )
