-- What the topic was seen to hold, by partition: kept with the relay's checkpoint.

alter table relay add column marks json not null default '{}';
