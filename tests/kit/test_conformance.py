"""Whatever is sent to a route, the answer is one that the OpenAPI document tells of."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kit.access import Role
from kit.testing import Stand

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=25,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_documented(stand_of: Callable[..., Stand], mode: GenerationMode) -> None:
    stand = stand_of()
    schema = schemathesis.openapi.from_asgi("/openapi.json", stand.app)
    headers = {"authorization": f"Bearer {stand.issuer.token(role=Role.DESK)}"}

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path.endswith(("/faults", "/rumours")):
            continue

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Case[Any]) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        holds()
