-- The thread or session of an agent that a call belongs to. Null without one, and in records of the previous release.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

-- No server may create a partition from the old columns and attach it after the table has the new one.
select pg_advisory_xact_lock(hashtext('agyn usage partitions are made'));

alter table usage_record
    add column thread_id text;
