"""What each variant writes: a note on a case, about 276 bytes of JSON."""

PAYLOAD = {
    "case_ref": "C-2024-000123",
    "kind": "note_added",
    "author": "6b1f2d9e-5b1e-4b7e-9a55-3b2a0a1d7c11",
    "text": "Telephone call with the hospital about the discharge letter; "
    "copy requested, answer expected within two weeks.",
    "tags": ["hospital", "letter"],
    "due": "2024-05-17",
}
EVENTS_PER_STREAM = 50
CALLERS = 16
