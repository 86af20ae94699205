"""What can have happened with the documents of a case."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdded:
    """The bytes lie in the object store under `content`, the title in the vault under `title`."""

    document: UUID
    kind: str
    content: UUID
    size: int
    sha256: str
    media_type: str
    title: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChecked:
    document: UUID
    check: str
    result: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCorrectionRequested:
    """Whoever wrote it was asked to put it right, in the light of a check if one is named."""

    document: UUID
    request: UUID
    check: str | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCorrectionAnswered:
    document: UUID
    request: UUID
    corrected: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentShared:
    document: UUID
    shared_with: str
    occurred: Occurred


DocumentEvent = (
    DocumentAdded
    | DocumentChecked
    | DocumentCorrectionRequested
    | DocumentCorrectionAnswered
    | DocumentShared
)

CODEC: Codec[DocumentEvent] = Codec(
    {
        "document.added.v1": DocumentAdded,
        "document.checked.v1": DocumentChecked,
        "document.correction-requested.v1": DocumentCorrectionRequested,
        "document.correction-answered.v1": DocumentCorrectionAnswered,
        "document.shared.v1": DocumentShared,
    }
)
