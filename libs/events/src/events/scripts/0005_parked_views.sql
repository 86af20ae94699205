-- Keys that a view cannot show, each with how far the log was read when that was found: they have no
-- rows until their facts can be read, since rows that are out of date would show who may see them.

create table parked_in_views (
    name text not null,
    version integer not null,
    key uuid not null,
    position bigint not null,
    reason text not null,
    parked_at timestamptz not null default clock_timestamp(),
    constraint parked_in_views_pkey primary key (name, version, key)
);
