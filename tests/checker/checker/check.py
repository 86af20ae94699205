"""The verdict on a run: all promises, over all services."""

from collections.abc import Iterator, Mapping

from checker import clients, delivery, effects, log, outside, projection, wholeness
from checker.delivery import published
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
    sent = {name: published(books, rules[name].publish) for name, books in evidence.books.items()}
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
        if own.publish:
            yield from delivery.topic(service, evidence, sent[service], settled=settled)
        yield from effects.consumed(service, evidence, own, sent, settled=settled)
        yield from projection.views(service, books, own, settled=settled)
    if "notifications" in evidence.books:
        yield from outside.mails(evidence.books["notifications"], evidence, settled=settled)
    if "scheduling" in evidence.books:
        yield from outside.deadlines(evidence.books["scheduling"])
