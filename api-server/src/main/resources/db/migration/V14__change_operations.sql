-- Which changes take something away: what a server still has in memory of a row that was deleted must not be used again,
-- while a row that was only updated can be called as before until the new one can be read.

-- What it waits for holds up the servers that run; rather than wait for longer, it is begun again with the next start.
set local lock_timeout = '5s';

-- Null for changes that were recorded before.
alter table change add column operation text;

-- fits the release before: it reads the columns that it knows, and its own changes get the new one by this function.
create or replace function record_change() returns trigger language plpgsql as $$
declare
    changed jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
    insert into change (table_name, row_id, organization_id, operation)
    values (
        tg_table_name,
        case tg_table_name when 'membership' then changed ->> 'user_id' else changed ->> 'id' end::uuid,
        case tg_table_name when 'organization' then changed ->> 'id' else changed ->> 'organization_id' end::uuid,
        tg_op
    );
    notify agyn_change;
    return null;
end
$$;
