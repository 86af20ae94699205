"""A document as an answer shows it, with all that was told of it but for its bytes."""

from collections.abc import Callable, Sequence
from uuid import UUID

from casefile.document.events import (
    CODEC,
    DocumentAdded,
    DocumentChecked,
    DocumentCorrectionAnswered,
    DocumentCorrectionRequested,
    DocumentEvent,
    DocumentShared,
)
from events.store import Json, Recorded
from kit.bodies import Answer


class CheckAnswer(Answer):
    check: str
    result: str
    occurred_at: str


class RequestAnswer(Answer):
    """`corrected` is what was answered last; null while there is no answer."""

    id: UUID
    check: str | None
    requested_at: str
    corrected: str | None
    answered_at: str | None


class ShareAnswer(Answer):
    shared_with: str
    occurred_at: str


class DocumentAnswer(Answer):
    """`addedBy` is who told of it; lists are in the order of happening."""

    id: UUID
    kind: str
    size: int
    sha256: str
    media_type: str
    has_title: bool
    added_by: str
    added_at: str
    checks: list[CheckAnswer]
    correction_requests: list[RequestAnswer]
    shares: list[ShareAnswer]


def document_answer(
    known: Sequence[Recorded[Json]],
) -> Callable[[Recorded[Json]], DocumentAnswer | None]:
    """Shows those facts that tell of a new document, out of all facts of a case."""
    told = [CODEC.decode(recorded) for recorded in known if CODEC.reads(recorded.type)]

    def show(recorded: Recorded[Json]) -> DocumentAnswer | None:
        if not CODEC.reads(recorded.type):
            return None
        added = CODEC.decode(recorded).event
        if not isinstance(added, DocumentAdded):
            return None
        own = [r.event for r in told if r.event.document == added.document]
        return _document(added, recorded.metadata.actor, own)

    return show


def _document(added: DocumentAdded, by: str, own: Sequence[DocumentEvent]) -> DocumentAnswer:
    return DocumentAnswer(
        id=added.document,
        kind=added.kind,
        size=added.size,
        sha256=added.sha256,
        media_type=added.media_type,
        has_title=added.title is not None,
        added_by=by,
        added_at=str(added.occurred),
        checks=[
            CheckAnswer(check=e.check, result=e.result, occurred_at=str(e.occurred))
            for e in own
            if isinstance(e, DocumentChecked)
        ],
        correction_requests=[
            _request(e, own) for e in own if isinstance(e, DocumentCorrectionRequested)
        ],
        shares=[
            ShareAnswer(shared_with=e.shared_with, occurred_at=str(e.occurred))
            for e in own
            if isinstance(e, DocumentShared)
        ],
    )


def _request(asked: DocumentCorrectionRequested, own: Sequence[DocumentEvent]) -> RequestAnswer:
    answers = [
        e for e in own if isinstance(e, DocumentCorrectionAnswered) and e.request == asked.request
    ]
    return RequestAnswer(
        id=asked.request,
        check=asked.check,
        requested_at=str(asked.occurred),
        corrected=answers[-1].corrected if answers else None,
        answered_at=str(answers[-1].occurred) if answers else None,
    )
