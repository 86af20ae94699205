"""The plans of all statements that a server ran, as its `auto_explain` wrote them into its log."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

EXPLAINS = {
    "shared_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
}
"""Settings of the server; what functions run inside is explained too."""

UNEXPLAINED = {"auto_explain.log_min_duration": "-1"}
"""Settings of a superuser's session whose statements do not matter."""

_PLAN = re.compile(rb"  plan:\n((?:\t.*\n)+)")


@dataclass(frozen=True, slots=True)
class Plan:
    statement: str
    node: Mapping[str, Any]

    def nodes(self) -> Iterator[Mapping[str, Any]]:
        waiting = [self.node]
        while waiting:
            node = waiting.pop()
            waiting += node.get("Plans", [])
            yield node

    def tables(self) -> set[str]:
        return {node["Relation Name"] for node in self.nodes() if "Relation Name" in node}

    def walked(self) -> set[str]:
        """The tables of which every row is read, or as many as it takes to find some."""
        return {node["Relation Name"] for node in self.nodes() if _walks(node)}


def _walks(node: Mapping[str, Any]) -> bool:
    """In an order, with rows thrown away: how many until the last that is wanted, nobody knows."""
    in_order = node["Node Type"] == "Index Scan" and "Index Cond" not in node
    return node["Node Type"] == "Seq Scan" or (
        in_order and "case_managers @>" in node.get("Filter", "")
    )


def plans(log: Path, since: int) -> Iterator[Plan]:
    for found in _PLAN.finditer(log.read_bytes(), since):
        told = orjson.loads(found[1].replace(b"\n\t", b"\n"))
        yield Plan(told["Query Text"], told["Plan"])
