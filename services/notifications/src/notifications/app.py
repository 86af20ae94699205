"""Notifications, put together: messages and their delivery."""

from events.consumer import react
from events.contracts import registry
from events.envelope import reads
from kit.composition import Follows, Ground, Service
from notifications.access import ACCESS, scope
from notifications.mail import Mailer
from notifications.message import router as message
from notifications.message.events import CODEC
from notifications.message.work import SEND_MESSAGE
from notifications.publish import publish
from notifications.reactions import scheduling
from notifications.settings import NotificationSettings
from notifications.work.delivery import Delivery
from programmes.loader import load

GROUP = "notifications.deadlines"


def compose(ground: Ground[NotificationSettings]) -> Service:
    programmes = load(ground.settings.programmes)
    mailer = Mailer(ground.settings.smtp_url, ground.settings.mail_from, ground.clock)
    delivery = Delivery(ground.store, programmes, ground.peers, mailer, ground.clock)
    return Service(
        routers=[message.router],
        access=ACCESS,
        scope=scope,
        decode=CODEC.decode,
        publish=publish,
        follows=[
            Follows(
                group=GROUP,
                services=["scheduling"],
                read=reads(registry()),
                handle=react(ground.store, GROUP, scheduling.reactions(programmes)),
            )
        ],
        work={SEND_MESSAGE: delivery.send},
    )
