"""Facts about documents that tests and demos start from."""

from hashlib import sha256
from uuid import uuid5

from casefile.case.examples import CASE_ID
from casefile.document.events import (
    DocumentAdded,
    DocumentChecked,
    DocumentCorrectionAnswered,
    DocumentCorrectionRequested,
    DocumentShared,
)
from events.occurrence import Occurred

DOCUMENT_ID = uuid5(CASE_ID, "calamity report")
CONTENT = uuid5(CASE_ID, "content")
REQUEST = uuid5(DOCUMENT_ID, "request")
BYTES = b"%PDF-1.7 what the committee found"

ADDED = DocumentAdded(
    document=DOCUMENT_ID,
    kind="calamity-report",
    content=CONTENT,
    size=len(BYTES),
    sha256=sha256(BYTES).hexdigest(),
    media_type="application/pdf",
    title=None,
    occurred=Occurred.parse("2027-02-22"),
)
CHECKED = DocumentChecked(
    document=DOCUMENT_ID,
    check="personal-data-right",
    result="no",
    occurred=Occurred.parse("2027-02-23"),
)
REQUESTED = DocumentCorrectionRequested(
    document=DOCUMENT_ID,
    request=REQUEST,
    check="personal-data-right",
    occurred=Occurred.parse("2027-02-23"),
)
ANSWERED = DocumentCorrectionAnswered(
    document=DOCUMENT_ID,
    request=REQUEST,
    corrected="yes",
    occurred=Occurred.parse("2027-02-27"),
)
SHARED = DocumentShared(
    document=DOCUMENT_ID, shared_with="client", occurred=Occurred.parse("2027-02-28")
)
