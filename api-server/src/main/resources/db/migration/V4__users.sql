-- Users beside the first administrator, and the organizations that they belong to.
--
-- A server of the version before may run on it for as long as an upgrade takes: what it writes is right by the defaults,
-- and to users that it does not know the role of it answers with an error. That somebody is suspended only servers of
-- this version know.

-- What it waits for holds up the servers that run; rather than wait for longer, it is begun again with the next start.
set local lock_timeout = '5s';
-- In the order in which the servers that run take them, or one could wait for the other for good.
lock table api_token, app_user in access exclusive mode;
lock table organization in share row exclusive mode;

-- fits the release before: it writes no other role than the one that it knows.
alter table app_user
    -- Null for the first administrator alone, whom nobody has told the address of.
    add column email text check (char_length(email) between 3 and 254),
    add column state text not null default 'active' check (state in ('active', 'suspended')),
    drop constraint app_user_role_check,
    add constraint app_user_role_check check (role in ('cluster_admin', 'user'));

-- Addresses are ASCII: lower() is the same in every locale.
-- fits the release before: it writes no addresses, and there is one user.
create unique index app_user_email_unique on app_user (lower(email));
-- fits the release before: there is one user.
create index app_user_page on app_user (created_at, id);

create table membership (
    id uuid primary key,
    organization_id uuid not null,
    user_id uuid not null,
    role text not null check (role in ('owner', 'member')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint membership_organization foreign key (organization_id) references organization (id) on delete cascade,
    constraint membership_user foreign key (user_id) references app_user (id) on delete cascade,
    constraint membership_unique unique (organization_id, user_id)
);

create index membership_page on membership (organization_id, created_at, id);
create index membership_by_user on membership (user_id);

-- A user's tokens go with the user.
-- fits the release before: it deletes no users.
alter table api_token
    drop constraint api_token_user,
    add constraint api_token_user foreign key (user_id) references app_user (id) on delete cascade;

-- A membership is told by its user, by whom servers know callers. What they know of a user who belongs nowhere yet has to
-- be found as well.
-- fits the release before: what it reads of its own tables stays the same, and a table that it does not know it skips.
create or replace function record_change() returns trigger language plpgsql as $$
declare
    changed jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
    insert into change (table_name, row_id, organization_id)
    values (
        tg_table_name,
        case tg_table_name when 'membership' then changed ->> 'user_id' else changed ->> 'id' end::uuid,
        case tg_table_name when 'organization' then changed ->> 'id' else changed ->> 'organization_id' end::uuid
    );
    notify agyn_change;
    return null;
end
$$;

create trigger record_change after insert or update or delete on membership
    for each row execute function record_change();
