-- What prices need beside the number of tokens, the operation, and why usage is unknown. Null in the records of the release
-- before, and where the provider did not report it.

-- A start that has to wait for longer fails, changes nothing and is tried again.
set local lock_timeout = '5s';

-- No server may create a partition from the old columns and attach it after the table has the new ones.
select pg_advisory_xact_lock(hashtext('agyn usage partitions are made'));

alter table usage_record
    add column operation text,
    add column cache_write_5m_tokens bigint,
    add column cache_write_1h_tokens bigint,
    add column web_search_requests bigint,
    add column web_fetch_requests bigint,
    add column service_tier text,
    add column usage_unknown_reason text;
