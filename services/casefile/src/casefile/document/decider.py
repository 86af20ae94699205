"""What may be told of a document: nothing before it is there, and nothing twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import assert_never
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import Case, Status
from casefile.document.events import (
    CODEC,
    DocumentAdded,
    DocumentChecked,
    DocumentCorrectionAnswered,
    DocumentCorrectionRequested,
    DocumentEvent,
    DocumentShared,
)
from events.commands import StreamType
from events.decider import Decider, Rejected
from events.history import latest, repeats

DocumentCommand = OnCase[DocumentEvent]

CHECK, REQUEST = attrgetter("check"), attrgetter("request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was told of it after it was added."""

    added: DocumentAdded
    told: tuple[DocumentEvent, ...] = ()

    def request(self, request: UUID) -> DocumentCorrectionRequested | None:
        asked = (e for e in self.told if isinstance(e, DocumentCorrectionRequested))
        return next((each for each in asked if each.request == request), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    documents: Mapping[UUID, Document] = field(default_factory=dict)


def decide(asked: DocumentCommand, known: Documents) -> list[DocumentEvent]:
    told = asked.command
    document = known.documents.get(told.document)
    if isinstance(told, DocumentAdded):
        return [] if document else _add(told, asked.case)
    if document is None:
        raise Rejected("no-such-document", "There is no such document on this case.")
    if _is_known(told, document):
        return []
    if told.occurred.certainly_before(document.added.occurred):
        raise Rejected("impossible-order", "This comes after the document was added.")
    if isinstance(told, DocumentCorrectionAnswered):
        _require_asked(told, document)
    return [told]


def evolve(known: Documents, event: DocumentEvent) -> Documents:
    if isinstance(event, DocumentAdded):
        document = Document(added=event)
    else:
        before = known.documents[event.document]
        document = replace(before, told=(*before.told, event))
    return replace(known, documents={**known.documents, event.document: document})


def _add(told: DocumentAdded, case: Case) -> list[DocumentEvent]:
    """A document may be older than the case, and may come after it closed."""
    if case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    return [told]


def _is_known(told: DocumentEvent, document: Document) -> bool:
    match told:
        case DocumentCorrectionRequested():
            return document.request(told.request) is not None
        case DocumentChecked():
            checks = (e for e in document.told if isinstance(e, DocumentChecked))
            return repeats(told, document.told, latest(checks, CHECK).get(told.check))
        case DocumentCorrectionAnswered():
            answers = (e for e in document.told if isinstance(e, DocumentCorrectionAnswered))
            return repeats(told, document.told, latest(answers, REQUEST).get(told.request))
        case DocumentAdded() | DocumentShared():
            return told in document.told
        case _:
            assert_never(told)


def _require_asked(told: DocumentCorrectionAnswered, document: Document) -> None:
    request = document.request(told.request)
    if request is None:
        raise Rejected("no-such-request", "There is no such request on this document.")
    if told.occurred.certainly_before(request.occurred):
        raise Rejected("impossible-order", "Nobody answers before being asked.")


document_decider = Decider(Documents(), decide, evolve)
DOCUMENT = StreamType("document", document_decider, CODEC)
