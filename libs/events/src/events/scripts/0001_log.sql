-- The log of one service, and what a write set puts beside its events.

-- json, not jsonb: an event is written and read as a whole, and jsonb is parsed for both. No index
-- on recorded_at, which grows with the position: a time is found by halving. Four processes append
-- an eighth faster so.
create table events (
    position bigint not null,
    id uuid not null,
    key uuid not null,
    stream uuid not null,
    version integer not null,
    type text not null,
    data json not null,
    occurred_at timestamptz,
    occurred_precision text not null,
    recorded_at timestamptz not null,
    corrects uuid,
    metadata json not null,
    constraint events_pkey primary key (position),
    constraint events_id_key unique (id),
    constraint events_stream_version_key unique (stream, version)
);
create index events_key_position_idx on events (key, position);

create table streams (
    id uuid not null,
    version integer not null,
    constraint streams_pkey primary key (id)
) with (fillfactor = 70);

-- One row, locked last by every append: positions have no gaps and follow the order of commits.
create table log_head (
    id integer not null,
    position bigint not null,
    recorded_at timestamptz not null,
    constraint log_head_pkey primary key (id),
    constraint log_head_one_row check (id = 1)
) with (fillfactor = 10);
insert into log_head values (1, 0, 'epoch');

-- The answer to a request; its position is that of `event`, the last one it wrote, if it wrote any.
create table requests (
    subject text not null,
    route text not null,
    key text not null,
    status integer not null,
    location text not null,
    version integer not null,
    position bigint not null,
    body_hash bytea not null,
    event uuid,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint requests_pkey primary key (subject, route, key)
);
create index requests_recorded_at_idx on requests using brin (recorded_at);

create table inbox (
    consumer text not null,
    message uuid not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint inbox_pkey primary key (consumer, message)
);

create table access_log (
    id bigint generated always as identity,
    recorded_at timestamptz not null default clock_timestamp(),
    actor text not null,
    role text not null,
    organisation uuid,
    action text not null,
    resource text not null,
    key uuid,
    outcome text not null,
    correlation_id uuid not null,
    constraint access_log_pkey primary key (id)
);

-- A row without key is the tombstone of an erased person; one row, so that nothing slips past an erasure.
create table vault_keys (
    person uuid not null,
    key_id uuid,
    wrapped_key bytea,
    erased_at timestamptz,
    constraint vault_keys_pkey primary key (person),
    constraint vault_keys_key_or_tombstone check (
        (key_id is null) = (erased_at is not null) and (wrapped_key is null) = (key_id is null)
    )
);

create table vault_fields (
    person uuid not null,
    record uuid not null,
    field text not null,
    ciphertext bytea not null,
    constraint vault_fields_pkey primary key (person, record, field),
    constraint vault_fields_person_fkey foreign key (person) references vault_keys (person)
);

create table work (
    id uuid not null,
    kind text not null,
    key uuid not null,
    data jsonb not null,
    metadata jsonb not null,
    due_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    tries integer not null default 0,
    claimed_until timestamptz,
    constraint work_pkey primary key (id)
);
create index work_due_at_idx on work (due_at);

create type request_v1 as (
    member integer, subject text, route text, key text, status integer, location text,
    version integer, "position" bigint, body_hash bytea, event uuid
);
create type message_v1 as (member integer, consumer text, message uuid);
create type finished_v1 as (member integer, work uuid);
create type sealed_v1 as (
    member integer, person uuid, record uuid, field text, ciphertext bytea,
    key_id uuid, wrapped_key bytea
);
create type draft_v1 as (
    expectation integer, ordinal integer, nth integer, id uuid, key uuid, type text, data json,
    occurred_at timestamptz, occurred_precision text, corrects uuid, metadata json
);
create type access_v1 as (
    member integer, actor text, role text, organisation uuid, action text, resource text,
    key uuid, outcome text, correlation_id uuid
);
create type work_v1 as (
    member integer, id uuid, kind text, key uuid, data jsonb, metadata jsonb, due_at timestamptz
);

-- Commits a batch of write sets, its members, each as a whole or not at all: 0 written, 1 request
-- answered before, 2 message handled before, 3 work done before, 4 a stream has moved, 5 a person was
-- erased; `_subjects` names stream or person. Gives the last position, and when it was recorded.
-- Member `_members[i]` expects version `_expected[i]` (-1: any) of stream `_numbers[i]` and appends
-- `_counts[i]` events to it; members ascend; `_totals` are the counts of each stream together.
-- Locks are taken in one order: no deadlocks.
create function append_v1(
    _size integer,
    _requests request_v1[],
    _messages message_v1[],
    _finished finished_v1[],
    _streams uuid[],
    _totals integer[],
    _members integer[],
    _numbers integer[],
    _expected integer[],
    _counts integer[],
    _sealed sealed_v1[],
    _drafts draft_v1[],
    _access access_v1[],
    _work work_v1[],
    out _outcomes integer[],
    out _subjects uuid[],
    out _position bigint,
    out _recorded_at timestamptz
) language plpgsql as $$
declare
    _written constant integer := 0;
    _answered constant integer := 1;
    _handled constant integer := 2;
    _done constant integer := 3;
    _moved constant integer := 4;
    _erased constant integer := 5;
    _versions integer[] := array_fill(0, array[cardinality(_streams)]);
    _starts integer[] := _expected;
    _bases integer[] := array_fill(0, array[_size]);
    _present uuid[];
    _made uuid[];
    _total integer := 0;
    _from integer := 1;
    _until integer;
    _refused record;
    _locked record;
begin
    _outcomes := array_fill(_written, array[_size]);
    _subjects := array_fill(null::uuid, array[_size]);

    if cardinality(_requests) > 0 then
        for _refused in
            with fresh as (
                insert into requests
                    (subject, route, key, status, location, version, position, body_hash, event)
                select r.subject, r.route, r.key, r.status, r.location, r.version, r.position,
                    r.body_hash, r.event
                from unnest(_requests) r order by r.subject, r.route, r.key
                on conflict do nothing returning subject, route, key
            )
            select r.member from unnest(_requests) r
            where (r.subject, r.route, r.key) not in (table fresh)
        loop
            _outcomes[_refused.member] := _answered;
        end loop;
    end if;

    if cardinality(_messages) > 0 then
        for _refused in
            with fresh as (
                insert into inbox (consumer, message)
                select m.consumer, m.message from unnest(_messages) m
                where _outcomes[m.member] = _written order by m.consumer, m.message
                on conflict do nothing returning consumer, message
            )
            select m.member from unnest(_messages) m
            where _outcomes[m.member] = _written
                and (m.consumer, m.message) not in (table fresh)
        loop
            _outcomes[_refused.member] := _handled;
        end loop;
    end if;

    if cardinality(_finished) > 0 then
        select coalesce(array_agg(locked.id), '{}') into _present from (
            select w.id from unnest(_finished) f join work w on w.id = f.work
            order by w.id for update of w
        ) locked;
        for _refused in
            select f.member from unnest(_finished) f
            where _outcomes[f.member] = _written and f.work <> all (_present)
        loop
            _outcomes[_refused.member] := _done;
        end loop;
    end if;

    if 0 >= any (_expected) then
        insert into streams (id, version)
        select _streams[x.number], 0 from unnest(_numbers, _expected) x (number, expected)
        where x.expected <= 0 order by 1
        on conflict do nothing;
    end if;
    -- As if all were to be written; what is refused is taken back below.
    for _locked in
        update streams s set version = s.version + u.count
        from (
            select t.id, t.number, t.count
            from unnest(_streams, _totals) with ordinality t (id, count, number) order by t.id
        ) u
        where s.id = u.id returning u.number, s.version - u.count as version
    loop
        _versions[_locked.number] := _locked.version;
    end loop;

    if cardinality(_sealed) > 0 then
        with fresh as (
            insert into vault_keys (person, key_id, wrapped_key)
            select distinct on (v.person) v.person, v.key_id, v.wrapped_key
            from unnest(_sealed) v where _outcomes[v.member] = _written
            order by v.person, v.member
            on conflict do nothing returning person
        )
        select array_agg(f.person) into _made from fresh f;
        perform from unnest(_sealed) v join vault_keys k on k.person = v.person
        order by k.person for share of k;
    end if;

    for _member in 1.._size loop
        _until := _from;
        while _members[_until] = _member loop
            if _outcomes[_member] = _written
                and _expected[_until] not in (-1, _versions[_numbers[_until]])
            then
                _outcomes[_member] := _moved;
                _subjects[_member] := _streams[_numbers[_until]];
            end if;
            _until := _until + 1;
        end loop;
        if cardinality(_sealed) > 0 and _outcomes[_member] = _written then
            select v.person, k.key_id is null as erased into _refused
            from unnest(_sealed) v join vault_keys k on k.person = v.person
            where v.member = _member and k.key_id is distinct from v.key_id limit 1;
            if found then
                _outcomes[_member] := case when _refused.erased then _erased else _moved end;
                _subjects[_member] := _refused.person;
            end if;
        end if;
        if _outcomes[_member] = _written then
            _bases[_member] := _total;
            for i in _from.._until - 1 loop
                _starts[i] := _versions[_numbers[i]];
                _versions[_numbers[i]] := _starts[i] + _counts[i];
                _total := _total + _counts[i];
            end loop;
        end if;
        _from := _until;
    end loop;

    if _written <> any (_outcomes) then
        update streams s set version = u.version
        from unnest(_streams, _versions) u (id, version)
        where s.id = u.id and s.version <> u.version;
        delete from requests q using unnest(_requests) r
        where _outcomes[r.member] > _answered
            and (q.subject, q.route, q.key) = (r.subject, r.route, r.key);
        delete from inbox i using unnest(_messages) m
        where _outcomes[m.member] > _handled
            and (i.consumer, i.message) = (m.consumer, m.message);
        delete from vault_keys k where k.person = any (_made) and not exists (
            select from unnest(_sealed) v
            where v.person = k.person and _outcomes[v.member] = _written
        );
    end if;

    if cardinality(_finished) > 0 then
        delete from work w using unnest(_finished) f
        where w.id = f.work and _outcomes[f.member] = _written;
    end if;
    if cardinality(_sealed) > 0 then
        insert into vault_fields (person, record, field, ciphertext)
        select v.person, v.record, v.field, v.ciphertext from unnest(_sealed) v
        where _outcomes[v.member] = _written order by v.person, v.record, v.field
        on conflict (person, record, field) do update set ciphertext = excluded.ciphertext;
    end if;
    if cardinality(_access) > 0 then
        insert into access_log
            (actor, role, organisation, action, resource, key, outcome, correlation_id)
        select a.actor, a.role, a.organisation, a.action, a.resource, a.key, a.outcome,
            a.correlation_id
        from unnest(_access) a where _outcomes[a.member] = _written;
    end if;
    if cardinality(_work) > 0 then
        insert into work (id, kind, key, data, metadata, due_at)
        select w.id, w.kind, w.key, w.data, w.metadata, coalesce(w.due_at, clock_timestamp())
        from unnest(_work) w where _outcomes[w.member] = _written;
    end if;

    if _total = 0 then
        select h.position, h.recorded_at into _position, _recorded_at from log_head h;
        return;
    end if;
    update log_head h set position = h.position + _total,
        recorded_at = greatest(clock_timestamp(), h.recorded_at + interval '1 microsecond')
            + (_total - 1) * interval '1 microsecond'
    where h.id = 1
    returning h.position, h.recorded_at into _position, _recorded_at;
    insert into events (position, id, key, stream, version, type, data, occurred_at,
        occurred_precision, recorded_at, corrects, metadata)
    select d.position, d.id, d.key, _streams[_numbers[d.expectation]],
        _starts[d.expectation] + d.nth, d.type, d.data, d.occurred_at, d.occurred_precision,
        _recorded_at - (_position - d.position) * interval '1 microsecond', d.corrects, d.metadata
    from (
        select x.*, _position - _total + _bases[_members[x.expectation]] + x.ordinal as position
        from unnest(_drafts) x where _outcomes[_members[x.expectation]] = _written
    ) d;
end $$;
