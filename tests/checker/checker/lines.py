"""What services and clients have kept as the objects of a JSON line, and back."""

from datetime import datetime
from uuid import UUID

from checker.evidence import Exchange, Refusal, Success
from events.occurrence import Occurred, Precision
from events.store import AccessLine, Answer, Json, Metadata, Recorded, RequestKey, Work


def of_event(event: Recorded[Json]) -> Json:
    return {
        "position": event.position,
        "id": event.id,
        "key": event.key,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "data": event.event,
        "occurredAt": event.occurred.at,
        "occurredPrecision": event.occurred.precision,
        "recordedAt": event.recorded_at,
        "corrects": event.corrects,
        **_of_metadata(event.metadata),
    }


def event(service: str, line: Json) -> Recorded[Json]:
    return Recorded(
        source=service,
        position=line["position"],
        id=UUID(line["id"]),
        key=UUID(line["key"]),
        stream=UUID(line["stream"]),
        version=line["version"],
        type=line["type"],
        event=line["data"],
        occurred=Occurred(_instant(line["occurredAt"]), Precision(line["occurredPrecision"])),
        recorded_at=datetime.fromisoformat(line["recordedAt"]),
        corrects=_id(line["corrects"]),
        metadata=_metadata(line),
    )


def _of_metadata(metadata: Metadata) -> Json:
    return {
        "actor": metadata.actor,
        "role": metadata.role,
        "correlationId": metadata.correlation_id,
        "causationId": metadata.causation_id,
        "traceparent": metadata.traceparent,
        "programme": metadata.programme,
        "programmeVersion": metadata.programme_version,
    }


def _metadata(line: Json) -> Metadata:
    return Metadata(
        actor=line["actor"],
        role=line["role"],
        correlation_id=UUID(line["correlationId"]),
        causation_id=_id(line["causationId"]),
        traceparent=line["traceparent"],
        programme=line["programme"],
        programme_version=line["programmeVersion"],
    )


def of_answer(request: RequestKey, answer: Answer) -> Json:
    return {
        "subject": request.subject,
        "route": request.route,
        "key": request.key,
        "status": answer.status,
        "location": answer.location,
        "version": answer.version,
        "position": answer.position,
    }


def answer(line: Json) -> tuple[RequestKey, Answer]:
    """Without the hash of the body, which is not in the dump."""
    return _request(line), Answer(
        status=line["status"],
        location=line["location"],
        version=line["version"],
        position=line["position"],
        body_hash=b"",
    )


def of_access(line: AccessLine) -> Json:
    return {
        "actor": line.actor,
        "role": line.role,
        "organisation": line.organisation,
        "action": line.action,
        "resource": line.resource,
        "key": line.key,
        "outcome": line.outcome,
        "correlationId": line.correlation_id,
    }


def access(line: Json) -> AccessLine:
    return AccessLine(
        actor=line["actor"],
        role=line["role"],
        organisation=_id(line["organisation"]),
        action=line["action"],
        resource=line["resource"],
        key=_id(line["key"]),
        outcome=line["outcome"],
        correlation_id=UUID(line["correlationId"]),
    )


def of_work(work: Work) -> Json:
    return {
        "id": work.id,
        "kind": work.kind,
        "key": work.key,
        "data": work.data,
        "dueAt": work.due_at,
        **_of_metadata(work.metadata),
    }


def work(line: Json) -> Work:
    return Work(
        id=UUID(line["id"]),
        kind=line["kind"],
        key=UUID(line["key"]),
        data=line["data"],
        due_at=_instant(line["dueAt"]),
        metadata=_metadata(line),
    )


def of_exchange(exchange: Exchange) -> Json:
    told = exchange.told
    return {
        "service": exchange.service,
        "subject": exchange.request.subject,
        "route": exchange.request.route,
        "key": exchange.request.key,
        "correlationId": exchange.correlation_id,
        "stream": exchange.stream,
        "expected": exchange.expected,
        "began": exchange.began,
        "ended": exchange.ended,
        "told": told._asdict() if told else None,
    }


def exchange(line: Json) -> Exchange:
    told = line["told"]
    refused = told is not None and "code" in told
    return Exchange(
        service=line["service"],
        request=_request(line),
        correlation_id=UUID(line["correlationId"]),
        stream=_id(line["stream"]),
        expected=line["expected"],
        began=_instant(line["began"]),
        ended=_instant(line["ended"]),
        told=Refusal(**told) if refused else told and Success(**told),
    )


def _request(line: Json) -> RequestKey:
    return RequestKey(subject=line["subject"], route=line["route"], key=line["key"])


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
