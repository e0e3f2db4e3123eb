-- What other servers must know of at once: every change of what an LLM call is resolved from, whoever wrote it. A server
-- waits for notifications and reads what is new here, so that none that was lost is missed.
create table change (
    sequence bigint generated always as identity primary key,
    -- Transactions commit in another order than they begin; a reader asks for all that were open when it last read.
    transaction_id xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default now(),
    table_name text not null,
    row_id uuid not null,
    -- The tenant it belongs to; null for what belongs to none, or to several.
    organization_id uuid
);

create index change_by_transaction on change (transaction_id);
create index change_by_time on change (changed_at);

create function record_change() returns trigger language plpgsql as $$
declare
    changed jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
    insert into change (table_name, row_id, organization_id)
    values (
        tg_table_name,
        (changed ->> 'id')::uuid,
        case tg_table_name when 'organization' then changed ->> 'id' else changed ->> 'organization_id' end::uuid
    );
    notify agyn_change;
    return null;
end
$$;

create trigger record_change after insert or update or delete on organization
    for each row execute function record_change();
create trigger record_change after insert or update or delete on secret
    for each row execute function record_change();
create trigger record_change after insert or update or delete on llm_provider
    for each row execute function record_change();
create trigger record_change after insert or update or delete on model
    for each row execute function record_change();
create trigger record_change after update or delete on app_user
    for each row execute function record_change();
-- Not when only last_used_at changes, which is often.
create trigger record_change after delete or update of user_id, token_hash, organization_id, expires_at on api_token
    for each row execute function record_change();

-- By name or id alone, where a token reaches several organizations.
create index model_by_name on model (name);
