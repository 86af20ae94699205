"""HTTP for documents: their bytes, what they are, what is checked of them, and who got them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import Field
from uuid_utils.compat import uuid7

from casefile.answers import found
from casefile.document.answer import DocumentAnswer, document_answer
from casefile.document.decider import DOCUMENT
from casefile.document.events import (
    CODEC,
    DocumentAdded,
    DocumentChecked,
    DocumentCorrectionAnswered,
    DocumentCorrectionRequested,
    DocumentEvent,
    DocumentShared,
)
from casefile.parts import TheProgrammes
from casefile.telling import tell
from casefile.words import WordsAnswer, opened, sealed
from events.commands import Gather, History
from events.contracts.contract import Code, Known
from events.decider import Invalid
from kit.bodies import Body, Fact, Written
from kit.calls import Call
from kit.endpoints import adds, reads, serves, takes
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheContents, TheVault
from kit.problems import not_found
from kit.streams import MediaType, served
from kit.vocabularies import Vocabulary
from programmes.checking import require_known
from programmes.model import Definition
from programmes.term import codes

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["documents"])

Title = Annotated[str, Field(min_length=1, max_length=200)]


class DocumentBody(Fact):
    """`content` is the id that was answered when the bytes came in; a title goes to the vault."""

    kind: Annotated[Code, Vocabulary("documents.kinds")]
    content: UUID
    title: Title | None = None


class CheckBody(Fact):
    """The checks are those that the programme names for the kind of document."""

    check: Annotated[Code, Vocabulary("documents.checks")]
    result: Known


class CorrectionRequestBody(Fact):
    """What is to be put right, where it is a matter of a check."""

    check: Annotated[Code, Vocabulary("documents.checks")] | None = None


class CorrectionAnswerBody(Fact):
    corrected: Known


class ShareBody(Fact):
    """With a person by role, one of those to whom clients are referred, or any other party."""

    shared_with: Code = Field(
        description="From `persons.roles`, `referralTargets` or `documents.sharedWith` of the "
        "programme."
    )


@router.post("/contents", status_code=201, summary="Send the bytes of a document")
async def take_content(
    case_id: UUID,
    call: Annotated[Call, takes("case:work")],
    media_type: MediaType,
    contents: TheContents,
) -> Written:
    """Of no effect until a document names it."""
    return await call.take(case_id, contents, media_type)


@router.post("/documents", status_code=201, summary="Add a document")
async def add_document(
    case_id: UUID,
    body: DocumentBody,
    call: Annotated[Call, adds("case:work")],
    contents: TheContents,
    vault: TheVault,
) -> Written:
    document, title = uuid7(), uuid7()
    begins = await call.begins(case_id)
    content = await contents.about(case_id, body.content) if begins else None

    def added(_history: History) -> DocumentAdded:
        if content is None:
            raise Invalid([("content", "is not on this case")])
        return DocumentAdded(
            document=document,
            kind=body.kind,
            content=body.content,
            size=content.size,
            sha256=content.sha256,
            media_type=content.media_type,
            title=title if body.title else None,
            occurred=body.occurred_at,
        )

    return await tell(
        call,
        DOCUMENT,
        case_id,
        added,
        f"/documents/{document}",
        told=body,
        vault=await sealed(call, vault, case_id, title, body.title),
    )


@router.post("/documents/{document}/checks", status_code=201, summary="Record a check")
async def check_document(
    case_id: UUID,
    document: UUID,
    body: CheckBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    def checked(history: History) -> DocumentChecked:
        _require_check(body.check, history, programmes.of(history), case_id, document)
        return DocumentChecked(
            document=document, check=body.check, result=body.result, occurred=body.occurred_at
        )

    return await _tell(call, case_id, document, body, checked)


@router.post(
    "/documents/{document}/correction-requests", status_code=201, summary="Ask for a correction"
)
async def request_correction(
    case_id: UUID,
    document: UUID,
    body: CorrectionRequestBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    request = uuid7()

    def requested(history: History) -> DocumentCorrectionRequested:
        if body.check:
            _require_check(body.check, history, programmes.of(history), case_id, document)
        return DocumentCorrectionRequested(
            document=document, request=request, check=body.check, occurred=body.occurred_at
        )

    return await _tell(call, case_id, document, body, requested, f"correction-requests/{request}")


@router.post(
    "/documents/{document}/correction-requests/{request}/answers",
    status_code=201,
    summary="Record what became of a request",
)
async def answer_request(
    case_id: UUID,
    document: UUID,
    request: UUID,
    body: CorrectionAnswerBody,
    call: Annotated[Call, adds("case:work")],
) -> Written:
    told = DocumentCorrectionAnswered(
        document=document, request=request, corrected=body.corrected, occurred=body.occurred_at
    )
    return await _tell(call, case_id, document, body, told, f"correction-requests/{request}")


@router.post("/documents/{document}/shares", status_code=201, summary="Record who got a document")
async def share_document(
    case_id: UUID,
    document: UUID,
    body: ShareBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    def shared(history: History) -> DocumentShared:
        definition = programmes.of(history)
        roles, targets = definition.persons.roles, definition.referral_targets
        known = (*roles, *targets, *definition.documents.shared_with)
        require_known(shared_with=(body.shared_with, known))
        return DocumentShared(
            document=document, shared_with=body.shared_with, occurred=body.occurred_at
        )

    return await _tell(call, case_id, document, body, shared)


@router.get("/documents", summary="The documents of a case, now or at another time")
async def list_documents(
    case_id: UUID, at: AtMoment, page: AtPage, call: Annotated[Call, reads("document:read")]
) -> Listed[DocumentAnswer]:
    """In the order in which they came in."""
    known = await call.read(case_id, at, stream=DOCUMENT.beside(case_id))
    return page.of_facts(known, document_answer(known))


@router.get("/documents/{document}", summary="A document, now or at another time")
async def read_document(
    case_id: UUID, document: UUID, at: AtMoment, call: Annotated[Call, reads("document:read")]
) -> DocumentAnswer:
    known = await call.read(case_id, at, stream=DOCUMENT.beside(case_id))
    return found(known, document_answer(known), document)


@router.get("/documents/{document}/title", summary="The title of a document")
async def read_title(
    case_id: UUID,
    document: UUID,
    call: Annotated[Call, reads("document:read")],
    vault: TheVault,
) -> WordsAnswer:
    added = await _added(call, case_id, document)
    if added.title is None:
        raise not_found()
    return await opened(vault, case_id, added.title)


@router.get(
    "/documents/{document}/content",
    summary="The bytes of a document",
    response_class=StreamingResponse,
)
async def read_content(
    case_id: UUID,
    document: UUID,
    call: Annotated[Call, serves("document:read")],
    contents: TheContents,
) -> StreamingResponse:
    added = await _added(call, case_id, document)
    return await served(contents.get(case_id, added.content), added.size, added.media_type)


async def _added(call: Call, case_id: UUID, document: UUID) -> DocumentAdded:
    known = await call.read(case_id, stream=DOCUMENT.beside(case_id))
    told = (CODEC.decode(recorded).event for recorded in known if CODEC.reads(recorded.type))
    added = (event for event in told if isinstance(event, DocumentAdded))
    if one := next((event for event in added if event.document == document), None):
        return one
    raise not_found()


async def _tell(
    call: Call,
    case_id: UUID,
    document: UUID,
    body: Body,
    told: DocumentEvent | Gather[DocumentEvent],
    below: str = "",
) -> Written:
    return await tell(
        call,
        DOCUMENT,
        case_id,
        told,
        f"/documents/{document}" + (f"/{below}" if below else ""),
        told=body,
    )


def _require_check(
    check: str, history: History, definition: Definition, case_id: UUID, document: UUID
) -> None:
    """It is one of the kind of the document; what is not known at all is refused elsewhere."""
    known = DOCUMENT.state(history, DOCUMENT.beside(case_id)).documents.get(document)
    kind = definition.document_kind(known.added.kind) if known else None
    if kind and check in codes(definition.documents.checks) and check not in kind.checks:
        raise Invalid([("check", "is not asked of this kind of document")])
