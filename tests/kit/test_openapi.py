"""The OpenAPI document says of every route what it asks for, and every answer that can come."""

from typing import Any

import pytest

from kit.access import Role
from kit.testing import Stand

Json = dict[str, Any]


@pytest.fixture
async def document(stand: Stand) -> Json:
    answer = await stand.anonymous().get("/openapi.json")
    found: Json = answer.json()
    return found


def headers(operation: Json) -> dict[str, bool]:
    return {p["name"]: p["required"] for p in operation["parameters"] if p["in"] == "header"}


def test_it_is_version_3_1_with_only_the_routes_of_the_service(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    assert all(path.startswith("/v1/") for path in document["paths"])


def test_every_operation_names_its_action_and_wants_a_token(document: Json) -> None:
    operations = [o for path in document["paths"].values() for o in path.values()]

    assert all(":" in o["x-action"] and o["security"] == [{"token": []}] for o in operations)


def test_every_operation_names_the_roles_that_the_access_table_gives_its_action(
    document: Json,
) -> None:
    named = {
        o["x-action"]: o["x-roles"] for path in document["paths"].values() for o in path.values()
    }

    assert named["toy:make"] == named["toy:paint"] == ["desk", "referrer"]
    assert named["toy:list"] == sorted(Role)
    assert named["toy:read"] == sorted(set(Role) - {Role.OPERATOR})


def test_every_error_is_a_problem_document(document: Json) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            errors = {s: r for s, r in operation["responses"].items() if s[0] in "45"}
            assert {"401", "403", "422", "500", "503"} <= errors.keys()
            for response in errors.values():
                assert list(response["content"]) == ["application/problem+json"]
            assert list(errors["503"]["headers"]) == ["Retry-After"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_what_a_write_needs_and_refuses_depends_on_its_kind(document: Json) -> None:
    add = document["paths"]["/v1/toys/{toy}/coats"]["post"]
    change = document["paths"]["/v1/toys/{toy}/colour"]["put"]
    read = document["paths"]["/v1/toys/{toy}"]["get"]

    assert headers(add) == {"Idempotency-Key": True, "If-Match": False}
    assert headers(change) == {"If-Match": True}
    assert headers(read) == {}
    assert {"400", "404", "409", "412", "415"} <= add["responses"].keys()
    assert "428" in change["responses"]
    assert "428" not in add["responses"]
    assert "409" not in read["responses"]


def test_the_answer_of_a_write_has_no_defaults(document: Json) -> None:
    written = document["components"]["schemas"]["Written"]

    assert sorted(written["required"]) == ["id", "position", "version"]
