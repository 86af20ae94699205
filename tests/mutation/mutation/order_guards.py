"""The guards of order, of the end of a producer, and of work that is done once."""

from mutation.guard import Edit, Guard
from mutation.log_guards import CONTRACT, LOG

CONSUMER = "tests/events/test_consumer.py::test_"
OFFSETS = "tests/events/test_offsets.py::test_"
RELAY = "tests/events/test_relay.py::test_"
ANSWERS = "tests/events/test_kafka_answers.py::test_"
WORK = "tests/events/test_work.py::test_"

ORDER = (
    Guard(
        "a lane of a consumer",
        (
            Edit(
                "events/lanes.py",
                "queue = self._queues.setdefault(lane, deque())",
                "queue = self._queues[lane] = deque()",
            ),
        ),
        (CONSUMER + "a_passing_failure_is_retried_before_what_follows",),
    ),
    Guard(
        "what is parked of a lane holds up what follows",
        (Edit("events/lanes.py", "        if lane not in self._parked:\n", "        if True:\n"),),
        (CONSUMER + "what_fails_is_parked_after_five_tries_and_only_its_key_waits",),
    ),
    Guard(
        "nothing is committed past what is unfinished",
        (
            Edit(
                "events/offsets.py",
                "        while opened and opened[0] in done:\n"
                "            offset = opened.popleft()\n",
                "        for offset in sorted(done):\n            opened.remove(offset)\n",
            ),
        ),
        (OFFSETS + "nothing_is_ready_past_what_is_unfinished",),
    ),
    Guard(
        "a lane of a relay",
        (
            Edit(
                "events/relay.py", "if first is not None and first <= event.position:", "if False:"
            ),
        ),
        (RELAY + "a_key_that_cannot_be_mapped_is_parked_with_all_that_follows",),
    ),
    Guard(
        "what is parked waits for what precedes it",
        (Edit("events/relay.py", " and key.first <= publisher.reached.position", ""),),
        (RELAY + "what_is_parked_is_not_retried_before_what_precedes_it_was_sent",),
    ),
)
ENDED = (
    Guard(
        "a producer ends with a request that has no answer",
        (
            Edit(
                "events/kafka_producer.py",
                "        except BaseException as error:\n            self._end()\n",
                "        except BaseException as error:\n",
            ),
        ),
        (ANSWERS + "after_a_request_without_an_answer_nothing_more_is_sent",),
    ),
    Guard(
        "a producer ends with a request that is refused",
        (
            Edit(
                "events/kafka_producer.py",
                "            self._end()\n            _check(code)\n",
                "            _check(code)\n",
            ),
        ),
        (ANSWERS + "a_server_that_refuses_numbers_is_not_asked_again",),
    ),
)
DONE = (
    Guard(
        "work is done once",
        (Edit(LOG, "_outcomes[_refused.member] := _done;", "null;"),),
        (CONTRACT + "work_is_finished_once[postgres]",),
    ),
    Guard(
        "work is done once, in memory",
        (
            Edit("events/memory.py", "any(d not in self.work for d in write.done)", "False"),
            Edit(
                "events/memory.py",
                "for done in write.done:",
                "for done in self.work.keys() & {*write.done}:",
            ),
        ),
        (CONTRACT + "work_is_finished_once[memory]",),
    ),
    Guard(
        "the lease of an item",
        (
            Edit(
                "events/work_postgres.py",
                " and coalesce(claimed_until <= now(), true)",
                "",
            ),
        ),
        (WORK + "items_are_claimed_once_when_due_and_of_the_kinds_asked_for[postgres]",),
    ),
    Guard(
        "the lease of an item in memory",
        (
            Edit(
                "events/work_memory.py",
                "and self._claimed_until.get(work.id, at) <= at",
                "",
            ),
        ),
        (WORK + "items_are_claimed_once_when_due_and_of_the_kinds_asked_for[memory]",),
    ),
)
