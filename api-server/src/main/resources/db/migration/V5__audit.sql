-- What was done, by whom, when and from where; never a value. Each organization has a chain of its own, and what belongs
-- to none has the chain of zeros. An event's hash is a keyed one over the event and the hash before it, so that an event
-- that was altered, removed or slipped in shows, also to whoever may write the database but does not have the keyset.
create table audit_event (
    chain uuid not null,
    sequence bigint not null,
    id uuid not null,
    at timestamptz not null,
    operation text not null,
    outcome text not null check (outcome in ('done', 'denied')),
    code text,
    resource_id uuid,
    changed_fields text[] not null,
    -- Names beside ids and no foreign keys: who did it stays known when a user or a token is deleted.
    user_id uuid,
    user_name text,
    token_id uuid,
    address text,
    user_agent text,
    request_id text not null,
    hash bytea not null check (octet_length(hash) = 16),
    primary key (chain, sequence)
);

create index audit_event_page on audit_event (chain, at desc, id desc);

-- Where each chain ends, and where it begins since events that were too old have been dropped from its front. Its row is
-- locked while an event is added, so that each chain has one order.
create table audit_chain (
    chain uuid primary key,
    sequence bigint not null,
    hash bytea not null,
    first_sequence bigint not null,
    hash_before_first bytea not null,
    -- A keyed hash over where it begins and ends: who has no keyset cannot move either.
    seal bytea not null
);

-- Events are added, and dropped by age; nothing else.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('agyn.audit_retention', true) = 'on' then
        return old;
    end if;
    raise exception 'audit events are never changed' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_event_is_append_only before update or delete on audit_event
    for each row execute function refuse_audit_change();
create trigger audit_event_is_not_truncated before truncate on audit_event
    for each statement execute function refuse_audit_change();
