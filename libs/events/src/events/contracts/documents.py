"""What casefile publishes of the documents of a case."""

from uuid import UUID

from events.contracts.contract import Code, Contract, Known


class DocumentAdded(Contract):
    """A document came into the file; what is in it, and its title, stay there."""

    document: UUID
    kind: Code


class DocumentChecked(Contract):
    """A document was checked."""

    document: UUID
    check: Code
    result: Known


class DocumentCorrectionRequested(Contract):
    """Whoever wrote a document was asked to put it right."""

    document: UUID
    request: UUID
    check: Code | None


class DocumentCorrectionAnswered(Contract):
    """Whether a document was put right after a request; the last answer counts."""

    document: UUID
    request: UUID
    corrected: Known


class DocumentShared(Contract):
    """A document was given to somebody."""

    document: UUID
    shared_with: Code


CONTRACTS: dict[str, type[Contract]] = {
    "document-added": DocumentAdded,
    "document-checked": DocumentChecked,
    "document-correction-requested": DocumentCorrectionRequested,
    "document-correction-answered": DocumentCorrectionAnswered,
    "document-shared": DocumentShared,
}
