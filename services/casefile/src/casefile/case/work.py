"""What a case's events ask of the outside: the client's contact data from intake."""

from collections.abc import Sequence

from casefile.case.events import CaseEvent, CaseOpened
from events.store import Draft, Metadata, Work

FETCH_CONTACT_DATA = "fetch-contact-data"


def work(draft: Draft, event: CaseEvent) -> Sequence[Work]:
    match event:
        case CaseOpened():
            return [fetch_contact_data(draft, draft.metadata)]
        case _:
            return []


def fetch_contact_data(draft: Draft, metadata: Metadata) -> Work:
    return Work(id=draft.id, kind=FETCH_CONTACT_DATA, key=draft.key, data={}, metadata=metadata)
