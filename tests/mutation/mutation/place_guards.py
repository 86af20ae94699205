"""The guards of places: how far a reader is, and whether what lies before is still there."""

from mutation.guard import Edit, Guard

CHECKPOINT = "tests/events/test_checkpoint.py::test_"
VIEWS = "tests/events/test_views.py::test_"
MARKS = "tests/events/test_marks.py::test_"
OTHER_LOG = "another_log_in_its_place_does_not_count_although_it_is_shorter"
PUBLISHER = "tests/events/test_publisher.py::test_"
CONSUMER = "tests/events/test_consumer.py::test_"

MOVED = (
    Guard(
        "the relay's compare-and-set",
        (Edit("events/checkpoint.py", "where position = $1 and", "where $1::bigint >= 0 and"),),
        (CHECKPOINT + "it_is_moved_only_from_where_it_is[postgres]",),
    ),
    Guard(
        "the relay's compare-and-set: a rewind to the same place",
        (Edit("events/checkpoint.py", "and xmin::text = $2", "and $2::text is not null"),),
        (
            CHECKPOINT
            + "what_was_sent_before_it_was_moved_back_to_the_same_place_does_not_count[postgres]",
        ),
    ),
    Guard(
        "the relay's compare-and-set in memory",
        (
            Edit(
                "events/checkpoint.py",
                "if there != (known.position, self._rewinds):",
                "if False:",
            ),
        ),
        (CHECKPOINT + "it_is_moved_only_from_where_it_is[memory]",),
    ),
    Guard(
        "the lead of a relay",
        (Edit("events/checkpoint.py", 'f"select {_LOCK} as led"', '"select true as led"'),),
        (CHECKPOINT + "one_leads_and_the_next_after_it[postgres]",),
    ),
    Guard(
        "the lead of a relay that is at work",
        (Edit("events/checkpoint.py", 'await self._asked("select 1")', "pass"),),
        (CHECKPOINT + "the_lead_is_kept_while_a_chunk_is_under_way",),
    ),
    Guard(
        "a view's compare-and-set",
        (
            Edit(
                "events/views_postgres.py",
                "where (name, version, position) = ($1, $2, $3)",
                "where (name, version) = ($1, $2) and $3::bigint >= 0",
            ),
        ),
        (VIEWS + "who_is_not_at_the_checkpoint_changes_nothing[postgres]",),
    ),
    Guard(
        "a view's compare-and-set in memory",
        (Edit("events/views_memory.py", "if await self.position(view) != seen:", "if False:"),),
        (VIEWS + "who_is_not_at_the_checkpoint_changes_nothing[memory]",),
    ),
    Guard(
        "what is remembered of a key is not added to by what was recorded before",
        (
            Edit(
                "events/views.py",
                "return all(event.recorded_at > latest for event in events)",
                "return bool(latest) or not events",
            ),
        ),
        (VIEWS + "a_fact_that_was_recorded_before_the_last_one_known_is_put_in_its_place",),
    ),
    Guard(
        "a key that cannot be folded loses its rows",
        (Edit("events/following.py", "        self.rows[key] = []\n", ""),),
        (VIEWS + "whoever_was_released_is_not_shown_by_the_rows_of_a_parked_key[memory]",),
    ),
    Guard(
        "what a view makes of a checkpoint that was moved",
        (
            Edit(
                "events/following.py",
                "            return until\n        return await self.tables.position(view)",
                "            return until\n        return until",
            ),
        ),
        (VIEWS + "who_is_overtaken_goes_on_from_where_the_view_is[postgres]",),
    ),
)
LOST = (
    Guard(
        "what a topic that is too short says when something is sent",
        (Edit("events/publisher.py", "if shorter(first, self.reached.marks):", "if False:"),),
        (PUBLISHER + "what_lands_before_what_was_sent_earlier_tells_that_the_topic_was_made_anew",),
    ),
    Guard(
        "a log cut short holds nothing that was sent after its mark",
        (Edit("events/marks.py", "is None or position >= mark.position:", "is None:"),),
        (MARKS + OTHER_LOG + "[7-others1]", MARKS + OTHER_LOG + "[7-others2]"),
    ),
    Guard(
        "a log cut short does not end with what its mark says",
        (Edit("events/marks.py", "position >= mark.position:", "position > mark.position:"),),
        (MARKS + OTHER_LOG + "[7-others2]",),
    ),
    Guard(
        "what was counted is forgotten before it is committed",
        (
            Edit("events/consumer.py", "            await lanes.forget()\n", ""),
            Edit(
                "events/consumer.py",
                "                self.healthy = True\n        except OUTAGES as error:",
                "                self.healthy = True\n            await lanes.forget()\n"
                "        except OUTAGES as error:",
            ),
        ),
        (CONSUMER + "nothing_is_committed_that_still_counts_as_begun",),
    ),
)
