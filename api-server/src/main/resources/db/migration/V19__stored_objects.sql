-- Addresses of objects that LLM providers store: responses, conversations and batches. No content, and ids only as keyed
-- hashes. Without foreign keys, as in usage_record: an address whose organization, model or LLM provider is deleted
-- resolves to nothing, and expires.
create table stored_object (
    id_hash bytea not null check (octet_length(id_hash) = 16),
    organization_id uuid not null,
    -- The creation or a later use.
    created_at timestamptz not null,
    user_id uuid not null,
    model_id uuid not null,
    provider_id uuid not null,
    -- The usage record to complete with the usage that a retrieval shows.
    record_started_at timestamptz,
    record_id uuid,
    constraint stored_object_record check ((record_id is null) = (record_started_at is null)),
    -- Per organization, so that no provider can replace the address of another organization's object.
    primary key (id_hash, organization_id, created_at)
) partition by range (created_at);

-- Creates the partition of a day (UTC) unless it exists. It is attached rather than created as a partition, which would
-- wait for all readers of the table and block others.
create function ensure_daily_partition(parent text, day date) returns void language plpgsql as $$
declare
    child text := parent || '_' || to_char(day, 'YYYYMMDD');
begin
    -- One server at a time. The next one sees the partition in pg_class; to_regclass() would cache that it was missing.
    if not exists (select from pg_class where relname = child and relkind = 'r') then
        perform pg_advisory_xact_lock(hashtext('agyn partitions of ' || parent || ' are created'));
        if not exists (select from pg_class where relname = child and relkind = 'r') then
            execute format('create table %I (like %I including all)', child, parent);
            execute format(
                'alter table %I attach partition %I for values from (%L) to (%L)',
                parent, child, to_char(day, 'YYYY-MM-DD 00:00:00+00'), to_char(day + 1, 'YYYY-MM-DD 00:00:00+00'));
        end if;
    end if;
end
$$;

-- Drops the partitions before a day, and returns their number; does nothing while another server drops them.
create function drop_daily_partitions(parent text, before date) returns integer language plpgsql as $$
declare
    child text;
    dropped integer := 0;
begin
    if pg_try_advisory_xact_lock(hashtext('agyn partitions of ' || parent || ' are dropped')) then
        for child in
            select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
            where inhparent = parent::regclass
                and relname ~ ('^' || parent || '_[0-9]{8}$')
                and relname < parent || '_' || to_char(before, 'YYYYMMDD')
        loop
            execute format('drop table %I', child);
            dropped := dropped + 1;
        end loop;
    end if;
    return dropped;
end
$$;
