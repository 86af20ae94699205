"""What may be wrong with a history, and the words that the checker must have for it.

Every place of the checker that finds a violation is needed by at least one: no other place has
these words for it. `test_checker.py` sees to that.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from checker.spoil import (
    Spoil,
    access_lines_doubled,
    altered_on_the_topic,
    carried_out_without_its_event,
    changed_after_it_was_read,
    doubled,
    gap,
    in_books,
    in_two_partitions,
    lost,
    lost_update,
    off_the_topic,
    on_a_stale_version,
    overlooked_by_a_reader,
    recorded_before_the_one_before,
    refused_afterwards,
    refused_at_every_try,
    stale_view,
    swapped_across_streams,
    swapped_on_the_topic,
    swapped_versions,
    told_otherwise,
    twice_as_it_is,
    vault_row_of_nothing,
    view_with,
    without_access_line,
    without_record,
)
from checker.spoil_effects import (
    early_deadline,
    effect_before_the_one_before,
    effect_elsewhere,
    handled_before_the_one_before,
    kept_otherwise,
    mailed_twice,
    missed_again,
    out_of_order,
    timers_put_off,
    without_inbox_row,
    without_work,
    work_beside_its_end,
    work_of_nothing,
)


class Spoilt(NamedTuple):
    """A spoil, and the promise and part of the sentence of what must be found then."""

    spoil: Spoil
    promise: str
    words: str


SPOILT: Mapping[str, Spoilt] = {
    "an event in a stream is lost": Spoilt(
        lost("intake", "offer.made.v1"), "R3", "where 2 follows"
    ),
    "what was recorded is lost": Spoilt(lost("intake", "offer.made.v1"), "R3", "where event"),
    "what was answered is lost": Spoilt(
        lost("casefile", "case.first-contact-made.v1"), "R1", "which the log does not have"
    ),
    "a request was done twice": Spoilt(doubled("intake", "offer.made.v1"), "R2", "are apart"),
    "a request was carried out twice": Spoilt(
        access_lines_doubled, "R2", "2 times, by its access log"
    ),
    "a stream is out of order": Spoilt(swapped_versions, "R3", "has version 2 where 1 follows"),
    "an update is lost": Spoilt(lost_update, "R3", "where stream"),
    "a stale version was taken": Spoilt(on_a_stale_version, "R3", "named version"),
    "an event is in the log twice": Spoilt(
        twice_as_it_is("intake", "offer.made.v1"), "R3", "is 2 times in the log"
    ),
    "positions have a gap": Spoilt(gap, "R4", "has position 6 after 4"),
    "time stands still": Spoilt(
        recorded_before_the_one_before, "R4", "was not recorded after the one before it"
    ),
    "a reader overlooks an event": Spoilt(
        overlooked_by_a_reader, "R4", "was given position 5 after 3"
    ),
    "the past changes": Spoilt(changed_after_it_was_read, "R4", "is now"),
    "two answers to one request": Spoilt(told_otherwise, "R2", " and with "),
    "an answer is not as it was kept": Spoilt(told_otherwise, "R2", "and kept is"),
    "refused after it was done": Spoilt(refused_afterwards, "R2", "and then refused"),
    "a record of what was answered is gone": Spoilt(
        without_record, "R2", "was answered, and no record of it is kept"
    ),
    "half done: no idempotency record": Spoilt(
        without_record, "R5", "was carried out, and no record of it is kept"
    ),
    "refused, and done": Spoilt(refused_at_every_try, "R5", "is in the log"),
    "half done: no access line": Spoilt(
        without_access_line, "R5", "and the access log does not say so"
    ),
    "half done: no access line of who did it": Spoilt(
        without_access_line, "R5", "of whom the access log says nothing"
    ),
    "half done: no inbox row": Spoilt(without_inbox_row, "R5", "which is not in the inbox"),
    "half done: no work item": Spoilt(without_work, "R5", "neither waits nor has ended"),
    "half done: no vault row": Spoilt(
        lambda e: in_books(e, "casefile", vault=()), "R5", "which is not in the vault"
    ),
    "work is left beside its end": Spoilt(
        work_beside_its_end, "R5", "has ended, and waits all the same"
    ),
    "work that no event asks for": Spoilt(work_of_nothing, "R5", "waits, and no event asks for it"),
    "a timer is set for another day": Spoilt(
        timers_put_off, "R5", "waits otherwise than its event asks for it"
    ),
    "half done: kept, no inbox row": Spoilt(
        lambda e: in_books(e, "analytics", inbox=()), "R5", "has only one of"
    ),
    "half done: an inbox row, nothing kept": Spoilt(
        lambda e: in_books(e, "analytics", log=e.books["analytics"].log[:-1]),
        "R5",
        "has only one of",
    ),
    "a vault row that no event names": Spoilt(vault_row_of_nothing, "R5", "which no event names"),
    "half done: no event": Spoilt(carried_out_without_its_event, "R5", "which is not its own"),
    "a record is of what the log has not": Spoilt(
        lost("casefile", "case.first-contact-made.v1"), "R5", "and its log ends at 8"
    ),
    "a topic is out of order": Spoilt(swapped_on_the_topic, "R6", "came on its topic before"),
    "streams of a key are out of order": Spoilt(
        swapped_across_streams, "R6", "came on its topic before"
    ),
    "an event never reached its topic": Spoilt(off_the_topic, "R6", "never reached its topic"),
    "a message is altered": Spoilt(altered_on_the_topic, "R6", "is not as it was"),
    "a key is in two partitions": Spoilt(in_two_partitions, "R6", "is in partitions"),
    "a message was never stored": Spoilt(
        lost("casefile", "case.first-contact-made.v1"), "R6", "is not one of its events"
    ),
    "an effect is doubled": Spoilt(
        doubled("casefile", "case.opened.v1"), "R7", "on casefile twice"
    ),
    "an effect is missing": Spoilt(lost("scheduling", "deadline.set.v1"), "R7", "asks for there"),
    "half done: no effect": Spoilt(
        lost("scheduling", "deadline.met.v1"), "R7", "and its effect on stream"
    ),
    "an effect comes before that of an earlier message": Spoilt(
        effect_before_the_one_before, "R7", "before one that it follows"
    ),
    "an effect is doubled, in another stream": Spoilt(
        effect_elsewhere, "R7", "asks for an effect on its stream"
    ),
    "work was done twice": Spoilt(
        doubled("casefile", "case.contact-data-received.v1"), "R7", "2 ends are told"
    ),
    "a message is kept with another time": Spoilt(kept_otherwise, "R7", "not as it was sent"),
    "a message was never handled": Spoilt(without_inbox_row, "R7", "never handled message"),
    "a message was handled before an earlier one": Spoilt(
        handled_before_the_one_before, "R7", "of the same key, which it follows"
    ),
    "what was handled was never sent": Spoilt(
        lost("casefile", "case.first-contact-made.v1"), "R7", "which asks nothing of it"
    ),
    "what is kept was never sent": Spoilt(
        lost("casefile", "case.first-contact-made.v1"), "R7", "which casefile never sent"
    ),
    "a message was never kept": Spoilt(
        doubled("intake", "offer.made.v1"), "R7", "never kept message"
    ),
    "a mail came three times": Spoilt(
        lambda e: replace(e, mails=[*e.mails] * 3), "R7", "and begun 1 times"
    ),
    "a mail came once more than may be": Spoilt(
        lambda e: mailed_twice(mailed_twice(e)), "R7", "was delivered 3 times"
    ),
    "a mail never came": Spoilt(
        lambda e: replace(e, mails=e.mails[1:]), "R7", "and no mail was delivered"
    ),
    "a mail came twice for no reason": Spoilt(mailed_twice, "R7", "nothing was in its way"),
    "messages were handled out of order": Spoilt(out_of_order, "R7", "out of order"),
    "a view lacks a row": Spoilt(
        view_with(lambda v: v._replace(rows=v.rows[:-1])), "R8", "lacks the row"
    ),
    "a view is behind and says so": Spoilt(
        view_with(lambda v: v._replace(position=v.position - 3)), "R8", "and the log goes on to"
    ),
    "a view has seen more than there is": Spoilt(
        view_with(lambda v: v._replace(position=v.position + 3)), "R8", "and the log ends at"
    ),
    "a view is wrong": Spoilt(
        view_with(lambda v: v._replace(rows=[{**v.rows[0], "status": "new"}, *v.rows[1:]])),
        "R8",
        "which does not follow from the log",
    ),
    "a view is stale": Spoilt(stale_view, "R8", "lacks the row"),
    "a deadline was missed too early": Spoilt(early_deadline, "R10", "before its day was over"),
    "a deadline was missed again": Spoilt(missed_again, "R10", "was missed again"),
}
