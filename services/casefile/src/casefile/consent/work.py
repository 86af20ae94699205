"""What a consent that is given asks of the outside: the contact data, which may be had again."""

from collections.abc import Sequence
from dataclasses import replace

from casefile.case.work import fetch_contact_data
from casefile.consent.events import ConsentEvent, ConsentGiven
from events.store import Draft, Work


def work(draft: Draft, event: ConsentEvent) -> Sequence[Work]:
    """The service acts, whoever recorded the consent; what there is to fetch is found then."""
    match event:
        case ConsentGiven():
            own = replace(draft.metadata, actor="casefile", role="service")
            return [fetch_contact_data(draft, own)]
        case _:
            return []
