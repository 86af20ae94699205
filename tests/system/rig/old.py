"""An invented earlier form of a stored event, and how a release that knows both reads it."""

from events.store import Json
from intake.offer import events as offer

OLD = "offer.made.v0"
"""It said how as `via`, and neither who offered nor which attempt it was: there was but one."""
NEW = "offer.made.v1"


def lift(old: Json) -> tuple[str, Json]:
    return NEW, {"attempt": 1, "channel": old["via"], "by_function": "unknown"}


def read_old_offers() -> None:
    """Before the service is put together, which then knows the old name wherever it reads."""
    offer.CODEC.upcasters = {OLD: lift}
