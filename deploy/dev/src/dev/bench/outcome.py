"""What one part of the benchmark brings home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dev.bench.figures import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`mistakes` are errors of callers, and whatever is lost, doubled, out of order or changed."""

    server: Mapping[str, str]
    figures: Sequence[Figure]
    mistakes: Sequence[str]
