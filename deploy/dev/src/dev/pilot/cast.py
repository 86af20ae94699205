"""Who acts in the pilot: the hospitals, the desk, the case managers, each with a token."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from dev.pilot.api import Api
from dev.pilot.inputs import HOSPITALS, PROGRAMME

BEGAN = "2018-07-01"
DESK_ADDRESS = "desk@example.org"


class Tokens(Protocol):
    """Signs tokens, as `dev.stack` does."""

    def __call__(
        self, role: str, *, subject: UUID | None = None, organisation: UUID | None = None
    ) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """`hospitals` and `referrers` by the hospital's number, case managers by theirs."""

    desk: str
    analyst: str
    hospitals: dict[int, UUID]
    referrers: dict[int, str]
    case_managers: dict[int, UUID]
    tokens: dict[int, str]


def person(name: str) -> UUID:
    """The same in every run, so that a repeated run repeats its requests."""
    return uuid5(NAMESPACE_URL, f"urn:leidraad:pilot:{name}")


async def cast(api: Api, tokens: Tokens, case_managers: Iterable[int]) -> Cast:
    """Registers the desk and the hospitals."""
    desk = tokens("desk", subject=person("desk"))
    await _register(api, desk, "desk", "Desk of the pilot", DESK_ADDRESS)
    hospitals = {
        hospital.number: await _register(
            api,
            desk,
            "hospital",
            f"Hospital {hospital.number}",
            f"hospital-{hospital.number}@example.org",
        )
        for hospital in HOSPITALS
    }
    people = {number: person(f"case-manager-{number}") for number in case_managers}
    return Cast(
        desk=desk,
        analyst=tokens("analyst", subject=person("analyst")),
        hospitals=hospitals,
        referrers={
            number: tokens("referrer", subject=person(f"referrer-{number}"), organisation=id_)
            for number, id_ in hospitals.items()
        },
        case_managers=people,
        tokens={number: tokens("case-manager", subject=id_) for number, id_ in people.items()},
    )


async def _register(api: Api, token: str, kind: str, name: str, email: str) -> UUID:
    body = {
        "programme": PROGRAMME,
        "kind": kind,
        "name": name,
        "email": email,
        "occurredAt": BEGAN,
    }
    written = await api.write("intake", "/v1/organisations", body, token=token, key=f"of.{email}")
    return written.id
