"""A log of analytics of any length: cases that all live the same life, side by side."""

from uuid import UUID

import asyncpg
import orjson

from events.contracts import type_name
from events.encoding import to_json
from events.store import Json, Metadata

ORGANISATION = UUID("0190b8d2-0000-7000-8000-000000000001")
MANAGER = UUID("0190b8d2-0000-7000-8000-000000000002")
ACTIVITY: Json = {
    "caseManager": str(MANAGER),
    "category": "client-contact",
    "type": "telephone",
    "contactMinutes": 30,
    "travelMinutes": 0,
    "registrationMinutes": 5,
}
LIFE: tuple[tuple[str, str, Json], ...] = (
    ("intake", "candidate-identified", {"organisation": str(ORGANISATION), "origin": "2018-07"}),
    ("intake", "offer-made", {"attempt": 1, "channel": "letter", "byFunction": "nurse"}),
    ("intake", "offer-accepted", {"attempt": 1, "reasons": ["overview"]}),
    (
        "intake",
        "referral-made",
        {"source": "hospital", "organisation": str(ORGANISATION), "origin": "2018-07"},
    ),
    ("intake", "referral-accepted", {"criteriaVersion": 1, "organisation": str(ORGANISATION)}),
    ("casefile", "case-opened", {"organisation": str(ORGANISATION), "spell": 1}),
    ("casefile", "case-manager-assigned", {"caseManager": str(MANAGER), "role": "lead"}),
    ("casefile", "first-contact-made", {"channel": "telephone"}),
    ("casefile", "activity-logged", ACTIVITY),
    (
        "casefile",
        "liability-claim-filed",
        {"track": "liability-claim", "step": "filed", "outcome": None},
    ),
    ("casefile", "activity-logged", ACTIVITY),
    ("casefile", "case-closed", {"reason": "goals-reached", "spell": 1}),
)
METADATA = Metadata(
    actor="bench",
    role="case-manager",
    correlation_id=ORGANISATION,
    programme="medical-incidents",
    programme_version=1,
)
_FILL = """
    insert into events (position, id, key, stream, version, type, data, occurred_at,
        occurred_precision, recorded_at, metadata)
    select place, gen_random_uuid(), case_id, case_id, step, type,
        json_build_object('source', source, 'position', place, 'version', step, 'recordedAt',
            to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
            'data', data::json),
        at, 'instant', at, $4::json
    from unnest($1::text[], $2::text[], $3::text[]) with ordinality s (source, type, data, step),
        generate_series(1, $5::int) number,
        lateral (select (step - 1) * $5 + number as place, md5(number::text)::uuid as case_id) p,
        lateral (select timestamptz '2019-01-01 00:00Z' + place * interval '1 second' as at) t
    order by place"""
_HEAD = """update log_head set (position, recorded_at) =
    (select position, recorded_at from events order by position desc limit 1)"""


async def fill(url: str, events: int) -> int:
    """Writes as many events, in whole lives, into an empty log; gives their number."""
    cases = max(events // len(LIFE), 1)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            _FILL,
            [source for source, _, _ in LIFE],
            [type_name(source, name) for source, name, _ in LIFE],
            [orjson.dumps(data).decode() for _, _, data in LIFE],
            to_json(METADATA),
            cases,
        )
        await connection.execute(_HEAD)
        await connection.execute("vacuum analyze events")
    finally:
        await connection.close()
    return cases * len(LIFE)
