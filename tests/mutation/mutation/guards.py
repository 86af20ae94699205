"""The guards of the promises, each with the tests that miss it."""

from mutation.guard import Edit, Guard
from mutation.log_guards import CONTRACT, COUNTER, LOG, RACES, UNIQUE
from mutation.order_guards import DONE, ENDED, ORDER
from mutation.place_guards import LOST, MOVED

COMMANDS = "tests/events/test_commands.py::test_"
REACT = "tests/events/test_react.py::test_"
PARKING = "tests/events/test_parking.py::test_"
REQUESTS = "tests/kit/test_parking.py::test_"
IDEMPOTENCY = "tests/kit/test_idempotency.py::test_"
ACCESS = "tests/kit/test_access.py::test_"
WORK = "tests/events/test_work.py::test_"
WRITING = "tests/kit/test_writing.py::test_"
MEANWHILE = "what_another_process_did_meanwhile_is_a_repetition_and_no_refusal"

_STREAMS = "        update streams s set version = s.version + u.count\n        from ("
_LOCKED = "        where s.id = u.id returning u.number, s.version - u.count as version"

INBOX = (
    Guard(
        "the inbox check",
        (Edit(LOG, "_outcomes[_refused.member] := _handled;", "null;"),),
        (
            CONTRACT + "a_message_has_its_effect_once[postgres]",
            RACES + "what_two_processes_have_in_hand_has_one_effect[message]",
        ),
    ),
    Guard(
        "one row for a message",
        (Edit(LOG, ",\n    constraint inbox_pkey primary key (consumer, message)", ""),),
        (
            CONTRACT + "a_message_has_its_effect_once[postgres]",
            RACES + "what_two_processes_have_in_hand_has_one_effect[message]",
        ),
    ),
    Guard(
        "the inbox check in memory",
        (Edit("events/memory.py", "write.message in self.messages", "False"),),
        (CONTRACT + "a_message_has_its_effect_once[memory]",),
    ),
    Guard(
        "the look at the inbox",
        (Edit("events/commands.py", "if beside.message and await", "if False and await"),),
        (
            REACT + "a_repetition_is_known_though_the_rule_would_refuse_it",
            COMMANDS + MEANWHILE + "[beside1-AlreadyDone]",
        ),
    ),
    Guard(
        "the inbox row of a reaction",
        (
            Edit(
                "events/consumer.py",
                "WriteSet(message=(effect, message.id))",
                "WriteSet(access=[]) if effect else WriteSet()",
            ),
        ),
        (
            REACT + "the_effect_and_its_inbox_row_are_written_together_and_once",
            REACT + "of_several_effects_each_is_brought_about_once",
        ),
    ),
)
VERSION = (
    Guard(
        "the expected version",
        (Edit(LOG, "_expected[_until] not in (-1, _versions[_numbers[_until]])", "false"),),
        (
            CONTRACT + "another_version_than_expected_is_a_conflict[postgres-0]",
            CONTRACT + "of_rivals_for_one_version_one_wins[postgres]",
            RACES + "of_two_processes_that_decided_on_one_version_one_wins[0]",
            RACES + "a_stream_that_another_process_moves_meanwhile_was_not_only_read",
        ),
    ),
    Guard(
        "the lock of a stream",
        (
            Edit(LOG, _STREAMS, "        select u.number, s.version from streams s, ("),
            Edit(LOG, _LOCKED, "        where s.id = u.id"),
            Edit(LOG, "    if _written <> any (_outcomes) then", "    if true then"),
        ),
        (
            RACES + "of_two_processes_that_decided_on_one_version_one_wins[1]",
            RACES + "a_stream_that_another_process_moves_meanwhile_was_not_only_read",
        ),
    ),
    Guard(
        "the expected version in memory",
        (Edit("events/memory.py", "expected not in (ANY, self._versions[stream])", "False"),),
        (
            CONTRACT + "another_version_than_expected_is_a_conflict[memory-0]",
            COMMANDS + "a_conflict_is_decided_anew",
        ),
    ),
    Guard(
        "the version on which a command was decided",
        (
            Edit(
                "events/commands.py",
                "looked_at = begun_or_not if gathered else {stream: version}",
                "looked_at = dict.fromkeys(versions, -1)",
            ),
        ),
        (
            COMMANDS + "a_conflict_is_decided_anew",
            COMMANDS + "a_gathered_command_is_decided_on_all_streams_of_the_key",
        ),
    ),
    Guard(
        "the version that the caller names",
        (Edit("events/commands.py", "cause.expected not in (None, version)", "False"),),
        (COMMANDS + "a_stale_version_is_refused_and_not_tried_again[postgres]",),
    ),
    Guard(
        "If-Match",
        (Edit("kit/calls.py", "if self.request.if_match:", "if False:"),),
        (WRITING + "a_stale_version_is_412_only_where_it_was_sent",),
    ),
)
REQUEST = (
    Guard(
        "the idempotency record",
        (Edit(LOG, "_outcomes[_refused.member] := _answered;", "null;"),),
        (
            CONTRACT + "a_repeated_request_gets_the_first_answer[postgres]",
            CONTRACT + "of_rivals_for_one_request_one_wins[postgres]",
            RACES + "what_two_processes_have_in_hand_has_one_effect[request]",
        ),
    ),
    Guard(
        "one record for a request",
        (Edit(LOG, ",\n    constraint requests_pkey primary key (subject, route, key)", ""),),
        (
            CONTRACT + "a_repeated_request_gets_the_first_answer[postgres]",
            RACES + "what_two_processes_have_in_hand_has_one_effect[request]",
        ),
    ),
    Guard(
        "the idempotency record in memory",
        (
            Edit(
                "events/memory.py",
                "write.request and (answer := self.answers.get(write.request[0]))",
                "write.request and (answer := self.answers.get(None))",
            ),
        ),
        (CONTRACT + "a_repeated_request_gets_the_first_answer[memory]",),
    ),
    Guard(
        "the look at the idempotency records",
        (Edit("events/commands.py", "if beside.request and", "if False and"),),
        (IDEMPOTENCY + "a_repetition_is_answered_though_the_state_no_longer_allows_the_command",),
    ),
    Guard(
        "the second look for a repetition",
        (
            Edit(
                "events/commands.py",
                "    except Exception:\n        await _refuse_repetition(store, beside)\n",
                "    except Exception:\n",
            ),
        ),
        (
            COMMANDS + MEANWHILE + "[beside0-AlreadyAnswered]",
            COMMANDS + MEANWHILE + "[beside1-AlreadyDone]",
            REQUESTS + "a_request_that_was_done_meanwhile_is_answered_and_not_refused",
        ),
    ),
    Guard(
        "the records beside what is asked for parked keys",
        (
            Edit(
                "events/parking_postgres.py",
                "            await _append(connection, beside)\n",
                "        async with transaction(self._pool) as connection:\n"
                "            await _append(connection, beside)\n"
                "        async with transaction(self._pool) as connection:\n",
            ),
        ),
        (PARKING + "a_request_that_is_killed_half_way_leaves_nothing",),
    ),
    Guard(
        "the records beside what is asked for parked keys, in memory",
        (Edit("events/parking_memory.py", "        await self._store.append(beside)\n", ""),),
        (
            PARKING + "what_is_written_beside_a_request_is_there_with_it_or_not_at_all[memory]",
            PARKING + "a_request_that_was_answered_before_asks_for_nothing[memory]",
            REQUESTS + "a_request_whose_records_can_not_be_written_asks_for_nothing",
        ),
    ),
    Guard(
        "the idempotency record of a call",
        (Edit("kit/calls.py", "if request.idempotency_key is None:", "if True:"),),
        (
            IDEMPOTENCY + "a_repeated_request_gets_the_first_answer",
            IDEMPOTENCY + "of_many_at_once_one_has_an_effect_and_all_get_its_answer",
        ),
    ),
    Guard(
        "the body of a request",
        (Edit("kit/calls.py", "if body_hash != record.body_hash:", "if False:"),),
        (IDEMPOTENCY + "the_same_key_with_another_body_is_422",),
    ),
)
NOTED = (
    Guard(
        "the access log's insert",
        (Edit(LOG, "if cardinality(_access) > 0 then", "if false then"),),
        (CONTRACT + "the_access_log_has_the_lines_of_what_was_written_and_no_others[postgres]",),
    ),
    Guard(
        "the access line of a refused set",
        (
            Edit(
                LOG,
                "from unnest(_access) a where _outcomes[a.member] = _written;",
                "from unnest(_access) a;",
            ),
        ),
        (CONTRACT + "the_access_log_has_the_lines_of_what_was_written_and_no_others[postgres]",),
    ),
    Guard(
        "the access line of a read or a refusal",
        (
            Edit(
                "kit/accesslog.py",
                "await store.append(WriteSet(access=[written]))",
                "del store, written",
            ),
        ),
        (
            ACCESS + "the_own_organisation_reads_its_record_and_the_log_says_so",
            ACCESS + "a_role_that_may_not_do_this_at_all_is_403_and_noted",
            ACCESS + "a_list_is_noted_before_it_is_answered",
        ),
    ),
    Guard(
        "the access line of a write",
        (Edit("kit/calls.py", "access=[self._line(accesslog.ALLOWED, key)]", "access=[]"),),
        (WRITING + "a_write_and_its_access_line_are_written_together",),
    ),
    Guard(
        "an answer without its line is held back",
        (Edit("kit/accesslog.py", "if good and not scope.get(_NOTED, True):", "if False:"),),
        (ACCESS + "an_answer_that_was_not_noted_does_not_go_out",),
    ),
)
HELD = (
    Guard(
        "lease as the handler's time limit",
        (
            Edit(
                "events/work.py",
                "async with asyncio.timeout_at(until):",
                "async with asyncio.timeout_at(None):",
            ),
        ),
        (WORK + "a_handler_is_ended_before_the_lease_that_it_began_with[memory]",),
    ),
    Guard(
        "leases by the clock of the store",
        (Edit("events/work_memory.py", "at = self._store.clock()", "at = now"),),
        (WORK + "workers_whose_clocks_differ_never_hold_one_item_at_once[memory]",),
    ),
    Guard(
        "what may have killed its workers held longer",
        (Edit("events/work.py", "claimed.tries > QUICK_TRIES and", "False and"),),
        (WORK + "what_kills_its_workers_comes_back_later_than_what_they_held_beside_it[memory]",),
    ),
)
GUARDS = (
    *UNIQUE,
    *COUNTER,
    *INBOX,
    *VERSION,
    *REQUEST,
    *MOVED,
    *LOST,
    *NOTED,
    *HELD,
    *ORDER,
    *ENDED,
    *DONE,
)
