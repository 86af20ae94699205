"""What a call was asked: of the HTTP request what matters to it."""

from dataclasses import dataclass

from kit.preconditions import IfMatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`status` is that of its route.

    `coded`: whether its body has words of a programme.
    """

    method: str
    path: str
    body: bytes
    status: int
    coded: bool
    if_match: IfMatch | None
    idempotency_key: str | None

    @property
    def collection(self) -> str:
        """The first word of the path after the version."""
        return self.path.split("/")[2]
