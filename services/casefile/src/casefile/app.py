"""Casefile, put together: cases, their journals and their tracks."""

from casefile.access import ACCESS, scope
from casefile.backup import router as backup
from casefile.case import correcting
from casefile.case import router as case
from casefile.case.work import FETCH_CONTACT_DATA
from casefile.codec import CODEC
from casefile.consent import router as consent
from casefile.document import router as document
from casefile.evaluation import router as evaluation
from casefile.handover import router as handover
from casefile.instrument import router as instrument
from casefile.journal import router as journal
from casefile.needs import router as needs
from casefile.origin import router as origin
from casefile.persons import router as persons
from casefile.plan import router as plan
from casefile.process import router as process
from casefile.publish import publisher
from casefile.reactions import consents, intake
from casefile.track import router as track
from casefile.views.cases import CASES
from casefile.work.contact_data import ContactData
from events.consumer import react
from events.contents import Contents
from events.contracts import registry
from events.envelope import reads, reads_only
from events.objects import FolderObjects
from kit.composition import Follows, Ground, Service
from kit.settings import Settings
from programmes.checking import vocabularies
from programmes.loader import Programmes, load

PARTS = (
    case,
    correcting,
    handover,
    backup,
    origin,
    persons,
    consent,
    needs,
    plan,
    journal,
    instrument,
    evaluation,
    document,
    track,
    process,
)
GROUP = "casefile.referrals"


def compose(ground: Ground[Settings]) -> Service:
    programmes = load(ground.settings.programmes)
    of_consents = consents.reactions(programmes)
    return Service(
        routers=[part.router for part in PARTS],
        access=ACCESS,
        scope=scope,
        decode=CODEC.decode,
        vocabularies=vocabularies(programmes),
        publish=publisher(programmes),
        follows=[
            Follows(
                group=GROUP,
                services=["intake"],
                read=reads(registry()),
                handle=react(ground.store, GROUP, intake.REACTIONS),
            ),
            Follows(
                group=consents.GROUP,
                services=consents.SOURCES,
                read=reads_only(registry(), of_consents),
                handle=react(ground.store, consents.GROUP, of_consents),
            ),
        ],
        access_group=consents.GROUP,
        views=[CASES],
        work={
            FETCH_CONTACT_DATA: ContactData(
                ground.store, ground.vault, ground.peers, ground.clock
            ).fetch
        },
        parts={Programmes: programmes, Contents: _contents(ground)},
    )


def _contents(ground: Ground[Settings]) -> Contents:
    settings = ground.settings
    objects = FolderObjects(settings.documents)
    return Contents(objects, ground.vault, settings.max_document_bytes)
