"""The guards of the log itself: no place is given twice, and none is seen before its time."""

from mutation.guard import Edit, Guard

LOG = "events/scripts/0001_log.sql"
CONTRACT = "tests/events/test_store_contract.py::test_"
RACES = "tests/events/test_races.py::test_"
CONSTRAINTS = "tests/events/test_constraints.py::test_"

_COUNTER = """    update log_head h set position = h.position + _total,
        recorded_at = greatest(clock_timestamp(), h.recorded_at + interval '1 microsecond')
            + (_total - 1) * interval '1 microsecond'
    where h.id = 1
    returning h.position, h.recorded_at into _position, _recorded_at;
"""
_SEQUENCE = """    select max(nextval('positions')), clock_timestamp() into _position, _recorded_at
    from generate_series(1, _total);
"""
_LOOK = """    select h.position + _total, clock_timestamp() into _position, _recorded_at
    from log_head h;
"""
_END = "    ) d;\nend $$;"
_LATE = """    ) d;
    update log_head h set position = _position, recorded_at = _recorded_at;
end $$;"""

UNIQUE = (
    Guard(
        "unique position",
        (Edit(LOG, "    constraint events_pkey primary key (position),\n", ""),),
        (CONSTRAINTS + "no_place_is_given_twice_by_a_counter_that_was_set_back[position]",),
    ),
    Guard(
        "unique event id",
        (Edit(LOG, "    constraint events_id_key unique (id),\n", ""),),
        (
            CONTRACT + "the_same_event_is_not_stored_in_two_streams[postgres]",
            CONTRACT + "a_lost_answer_is_found_where_any_version_will_do[postgres]",
        ),
    ),
    Guard(
        "unique version in the stream",
        (Edit(LOG, ",\n    constraint events_stream_version_key unique (stream, version)", ""),),
        (CONSTRAINTS + "no_place_is_given_twice_by_a_counter_that_was_set_back[version]",),
    ),
)
COUNTER = (
    Guard(
        "the counter's lock: positions from a sequence",
        (
            Edit(
                LOG,
                "create table log_head (",
                "create sequence positions;\ncreate table log_head (",
            ),
            Edit(LOG, _COUNTER, _SEQUENCE),
        ),
        (RACES + "nobody_sees_a_position_before_all_that_come_before_it",),
    ),
    Guard(
        "the counter's lock: read first, written last",
        (Edit(LOG, _COUNTER, _LOOK), Edit(LOG, _END, _LATE)),
        (RACES + "nobody_sees_a_position_before_all_that_come_before_it",),
    ),
    Guard(
        "times that rise with positions",
        (
            Edit(
                LOG,
                "greatest(clock_timestamp(), h.recorded_at + interval '1 microsecond')",
                "clock_timestamp()",
            ),
        ),
        (CONSTRAINTS + "times_rise_with_positions_though_the_clock_was_set_back",),
    ),
)
