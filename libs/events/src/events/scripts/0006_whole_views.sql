-- How far a view must have read the log before its rows say all that the log held when it was made.
-- What is there already is whole.

alter table views add column whole_at bigint not null default 0;
