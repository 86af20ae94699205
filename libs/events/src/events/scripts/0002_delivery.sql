-- What carries events on: the relay's checkpoint, tries and parked keys, the views' checkpoints.

create table relay (
    id integer not null,
    position bigint not null,
    constraint relay_pkey primary key (id),
    constraint relay_one_row check (id = 1)
);
insert into relay values (1, 0);

-- Messages that are in hand, and in how many processes that did not come to an end with them.
-- Unlogged: after a crash of the server the count begins anew.
create unlogged table tries (
    consumer text not null,
    topic text not null,
    partition integer not null,
    message_offset bigint not null,
    tries integer not null,
    constraint tries_pkey primary key (consumer, topic, partition, message_offset)
);

create table parked_keys (
    consumer text not null,
    topic text not null,
    key uuid not null,
    reason text not null,
    parked_at timestamptz not null default clock_timestamp(),
    request text not null default 'none',
    skip_message bigint,
    skip_reason text,
    constraint parked_keys_pkey primary key (consumer, topic, key),
    constraint parked_keys_request check (request in ('none', 'retry', 'skip'))
);

-- What comes from outside is kept as bytes: text cannot hold all of it.
-- A broker that lost its data begins its offsets anew, hence the digest, and the order of coming.
-- What the relay parked is in no partition but in the log, whose positions are its turns.
create table parked_messages (
    id bigint generated always as identity,
    consumer text not null,
    topic text not null,
    key uuid not null,
    partition integer not null,
    message_offset bigint not null,
    message_key bytea,
    header_names bytea[] not null,
    header_values bytea[] not null,
    value bytea,
    digest bytea not null,
    tries integer not null default 0,
    turn bigint not null generated always as
        (case when partition < 0 then message_offset else 0 end) stored,
    constraint parked_messages_pkey primary key (id),
    constraint parked_messages_once
        unique (consumer, topic, partition, message_offset, digest),
    constraint parked_messages_key_fkey
        foreign key (consumer, topic, key) references parked_keys (consumer, topic, key)
);
create index parked_messages_lane_idx on parked_messages (consumer, topic, key, turn, id);

-- `message` is the id of the event, if it could be read: offsets begin anew in a broker that lost
-- its data. What the relay left out is known by its position in the log.
create table skipped_messages (
    id bigint not null,
    consumer text not null,
    topic text not null,
    key uuid not null,
    partition integer not null,
    message_offset bigint not null,
    message uuid,
    reason text not null,
    skipped_at timestamptz not null default clock_timestamp(),
    constraint skipped_messages_pkey primary key (id)
);

create table views (
    name text not null,
    version integer not null,
    position bigint not null default 0,
    constraint views_pkey primary key (name, version)
);
