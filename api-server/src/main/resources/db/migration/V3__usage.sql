-- One row for each call of a model, in a partition for each day (UTC), so that what is too old goes without a scan.
--
-- Ids without foreign keys, and names beside them: what was used stays known when a model, a provider, a token or a user
-- is deleted. That holds for an organization too. Nobody reaches its usage over the API any more, but what it has cost
-- was real, and calls that were spooled may still come in; it goes with its age.
create table usage_record (
    id uuid not null,
    started_at timestamptz not null,
    request_id text not null,
    organization_id uuid not null,
    model_id uuid,
    model text,
    provider_id uuid,
    provider text,
    token_id uuid,
    user_id uuid,
    protocol text not null,
    streamed boolean not null,
    input_tokens bigint,
    cached_input_tokens bigint,
    cache_write_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    time_to_first_byte_us bigint,
    duration_us bigint not null,
    status integer,
    outcome text not null,
    -- One index for both: each record is written once, and is found by its organization and time. A record never changes
    -- its organization, so that this is as good as an id and a time to tell records apart.
    primary key (organization_id, started_at, id)
) partition by range (started_at);

-- Makes a day's partition where there is none. Attached, not created as a partition, which would wait for every reader of
-- the table and have all others wait behind it.
create function ensure_usage_partition(day date) returns void language plpgsql as $$
declare
    child text := 'usage_record_' || to_char(day, 'YYYYMMDD');
begin
    -- One server at a time. What comes second reads that the day is there; to_regclass() would remember that it was not.
    if not exists (select from pg_class where relname = child and relkind = 'r') then
        perform pg_advisory_xact_lock(hashtext('agyn usage partitions are made'));
        if not exists (select from pg_class where relname = child and relkind = 'r') then
            execute format('create table %I (like usage_record including all)', child);
            execute format(
                'alter table usage_record attach partition %I for values from (%L) to (%L)',
                child, to_char(day, 'YYYY-MM-DD 00:00:00+00'), to_char(day + 1, 'YYYY-MM-DD 00:00:00+00'));
        end if;
    end if;
end
$$;

-- Drops the partitions of the days before one; answers how many. Does nothing while another server is at it.
create function drop_usage_partitions(before date) returns integer language plpgsql as $$
declare
    child text;
    dropped integer := 0;
begin
    if pg_try_advisory_xact_lock(hashtext('agyn usage partitions are dropped')) then
        for child in
            select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
            where inhparent = 'usage_record'::regclass
                and relname ~ '^usage_record_[0-9]{8}$'
                and relname < 'usage_record_' || to_char(before, 'YYYYMMDD')
        loop
            execute format('drop table %I', child);
            dropped := dropped + 1;
        end loop;
    end if;
    return dropped;
end
$$;
