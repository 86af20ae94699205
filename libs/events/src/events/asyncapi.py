"""The AsyncAPI 3 document of what is published, made from the registry of contracts."""

import re
from typing import Any

from events.broker import PARTITIONS
from events.contracts import Registry, schema_id, told_first
from events.contracts.contract import Contract
from events.contracts.golden import schema
from events.envelope import topic_of

Json = dict[str, Any]

VERSION = "1.0.0"
KAFKA = "0.5.0"
"""Version of the Kafka bindings of AsyncAPI."""

_ID = {"type": "string", "format": "uuid"}
_COUNT = {"type": "string", "pattern": "^[0-9]+$"}
_REQUIRED = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {**_ID, "description": "The event; the same when it is published again."},
    "ce_source": {"type": "string", "pattern": "^urn:leidraad:[a-z]+$"},
    "ce_type": {"type": "string", "pattern": r"^leidraad\.[a-z]+\.[a-z0-9-]+\.v[1-9][0-9]*$"},
    "ce_subject": {**_ID, "description": "The stream."},
    "ce_time": {"type": "string", "format": "date-time", "description": "When it was recorded."},
    "ce_dataschema": {"type": "string", "pattern": "^urn:leidraad:schema:"},
    "ce_partitionkey": {**_ID, "description": "The message key: order holds per key."},
    "ce_sequence": {**_COUNT, "description": "Version in the stream, zero-padded."},
    "ce_position": {**_COUNT, "description": "Position in the log of the source, without gaps."},
    "ce_correlationid": _ID,
    "ce_occurredat": {
        "type": "string",
        "pattern": r"^([0-9]{4}(-[0-9]{2}){0,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}T.+Z|unknown)$",
        "description": "When it happened: an instant, a day, a month, a year, or unknown.",
    },
    "content-type": {"const": "application/json"},
}
_OPTIONAL = {
    "ce_programme": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
    "ce_programmeversion": _COUNT,
    "ce_caseid": {**_ID, "description": "The case, where it concerns one."},
    "ce_causationid": {**_ID, "description": "The event or request that caused it."},
    "ce_corrects": {**_ID, "description": "The event in whose place this one stands."},
    "traceparent": {
        "type": "string",
        "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    },
}


def document(types: Registry) -> Json:
    """The whole document: one channel per service that publishes, one message per type."""
    services = sorted({_service(type_) for type_ in types})
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "channels": {topic_of(service): _channel(service, types) for service in services},
        "operations": {_operation_id(service): _operation(service) for service in services},
        "components": {
            "messages": {type_: _message(type_, types[type_]) for type_ in sorted(types)},
            "schemas": {
                "envelope": _envelope(),
                **{type_: _payload(type_, types[type_]) for type_ in sorted(types)},
            },
        },
    }


def _info() -> Json:
    return {
        "title": "Leidraad",
        "version": VERSION,
        "description": "CloudEvents 1.0 in binary mode. Subscribe with any Kafka client; take each"
        " event once by its ce_id, and expect no order across topics.",
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _channel(service: str, types: Registry) -> Json:
    topic = topic_of(service)
    return {
        "address": topic,
        "title": f"What {service} publishes",
        "messages": {
            type_: {"$ref": f"#/components/messages/{type_}"}
            for type_ in sorted(types)
            if _service(type_) == service
        },
        "bindings": {
            "kafka": {
                "topic": topic,
                "partitions": PARTITIONS,
                "topicConfiguration": {"cleanup.policy": ["delete"]},
                "bindingVersion": KAFKA,
            }
        },
    }


def _operation(service: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic_of(service)}"},
        "summary": f"Publishes the events of {service}, at least once, in order per key.",
    }


def _operation_id(service: str) -> str:
    return f"publish{service.capitalize()}Events"


def _message(type_: str, contract: type[Contract]) -> Json:
    return {
        "name": type_,
        "title": _title(type_),
        "summary": (contract.__doc__ or "").strip(),
        **_stands_for(type_),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/envelope"},
        "payload": {"$ref": f"#/components/schemas/{type_}"},
        "bindings": {"kafka": {"key": _ID, "bindingVersion": KAFKA}},
        "x-schema-id": schema_id(type_),
    }


def _stands_for(type_: str) -> Json:
    """A correction under a name of its own has the payload of the first, and so its summary."""
    first = told_first(type_)
    if first == type_:
        return {}
    return {"description": f"Stands for what `ce_corrects` names, first told by `{first}`."}


def _envelope() -> Json:
    return {
        "type": "object",
        "required": list(_REQUIRED),
        "properties": {**_REQUIRED, **_OPTIONAL},
    }


def _payload(type_: str, contract: type[Contract]) -> Json:
    made = schema(type_, contract)
    return {name: part for name, part in made.items() if name not in ("$schema", "$id")}


def _service(type_: str) -> str:
    return type_.split(".")[1]


def _title(type_: str) -> str:
    return re.sub("-", " ", type_.split(".")[2]).capitalize()
