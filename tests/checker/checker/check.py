"""The verdict on a run: all promises, over all services."""

from collections.abc import Iterator, Mapping

from checker import clients, delivery, effects, log, outside, projection, wholeness
from checker.evidence import Evidence, Violation
from checker.rules import Rules


def check(
    evidence: Evidence, rules: Mapping[str, Rules], *, settled: bool = True
) -> list[Violation]:
    """What was broken; `settled`: nothing is on its way any more, so nothing may be missing."""
    return list(_broken(evidence, rules, settled=settled))


def _broken(
    evidence: Evidence, rules: Mapping[str, Rules], *, settled: bool
) -> Iterator[Violation]:
    for service, books in evidence.books.items():
        own = rules[service]
        yield from log.streams(service, books)
        yield from log.positions(service, books)
        yield from log.readers(service, books)
        yield from clients.answers(service, books, own, evidence.exchanges)
        yield from clients.records(service, books)
        yield from wholeness.parts(service, books, own)
        yield from wholeness.work(service, books, own)
        yield from wholeness.vault(service, books, own)
        yield from delivery.topic(service, evidence, own, settled=settled)
        yield from effects.consumed(service, evidence, rules, settled=settled)
        yield from projection.views(service, books, own, settled=settled)
    if "notifications" in evidence.books:
        yield from outside.mails(evidence.books["notifications"], evidence)
    if "scheduling" in evidence.books:
        yield from outside.deadlines(evidence.books["scheduling"])
