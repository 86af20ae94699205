"""Analytics, put together: the log of what all services publish, its views, and the figures."""

from analytics.access import ACCESS, scope
from analytics.figures import (
    caseload,
    criteria,
    durations,
    effort,
    exports,
    funnel,
    needs,
    offers,
    scores,
    shares,
    tracks,
)
from analytics.log import GROUP, SOURCES, facts_of, keep
from analytics.views.every import every
from analytics.views.snapshot import Snapshots
from events.contracts import registry
from events.envelope import reads_everything
from kit.composition import Follows, Ground, Service
from kit.settings import Settings
from programmes.loader import Programmes, load


def compose(ground: Ground[Settings]) -> Service:
    programmes = load(ground.settings.programmes)
    types = registry(programmes.track_steps())
    log = Follows(
        group=GROUP, services=SOURCES, read=reads_everything(types), handle=keep(ground.store)
    )
    return Service(
        routers=[
            figure.router
            for figure in (
                offers,
                funnel,
                criteria,
                caseload,
                durations,
                effort,
                needs,
                scores,
                shares,
                tracks,
                exports,
            )
        ],
        access=ACCESS,
        scope=scope,
        decode=facts_of(types),
        follows=[log],
        views=every(programmes),
        parts={Programmes: programmes, Snapshots: Snapshots(ground.pool, ground.tables)},
    )
