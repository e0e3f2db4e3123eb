-- Invitations to organizations, and memberships by groups of the identity provider.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

alter table membership
    add column source text not null default 'manual' check (source in ('manual', 'group'));

create table invitation (
    id uuid primary key,
    organization_id uuid not null,
    username text check (username ~ '^[a-z0-9_-]{1,32}$'),
    email text check (char_length(email) between 3 and 254),
    role text not null check (role in ('owner', 'member')),
    -- A pending invitation whose time has passed counts as expired; it is updated when another one is created.
    status text not null check (status in ('pending', 'accepted', 'declined', 'cancelled', 'expired')),
    expires_at timestamptz not null,
    -- The user with the username when it was sent, so that no later user of that name can accept it; for an email address,
    -- the user who accepted or declined.
    user_id uuid,
    invited_by_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint invitation_organization foreign key (organization_id) references organization (id) on delete cascade,
    constraint invitation_user foreign key (user_id) references app_user (id) on delete set null,
    constraint invitation_inviter foreign key (invited_by_id) references app_user (id) on delete set null,
    constraint invitation_addressee check (num_nonnulls(username, email) = 1)
);

create index invitation_page on invitation (organization_id, created_at, id);
create unique index invitation_username_pending on invitation (organization_id, username) where status = 'pending';
create unique index invitation_email_pending on invitation (organization_id, lower(email)) where status = 'pending';
create index invitation_by_user on invitation (user_id);
create index invitation_by_email on invitation (lower(email)) where status = 'pending';
create index invitation_by_inviter on invitation (invited_by_id);

-- An owner who is removed or demoted, or a user who is deleted, leaves no open offers behind. By triggers, since servers of
-- the previous release remove members too.
create function cancel_invitations() returns trigger language plpgsql as $$
begin
    update invitation set status = 'cancelled', updated_at = now()
    where organization_id = old.organization_id and invited_by_id = old.user_id and status = 'pending';
    return null;
end
$$;

-- fits the release before: it writes no invitations.
create trigger cancel_invitations_of_removed after delete on membership
    for each row when (old.role = 'owner') execute function cancel_invitations();

-- fits the release before: as above.
create trigger cancel_invitations_of_demoted after update of role on membership
    for each row when (old.role = 'owner' and new.role <> 'owner') execute function cancel_invitations();

create function cancel_invitations_by_user() returns trigger language plpgsql as $$
begin
    update invitation set status = 'cancelled', updated_at = now()
    where invited_by_id = old.id and status = 'pending';
    return old;
end
$$;

-- Before the foreign key clears invited_by_id.
-- fits the release before: as above.
create trigger cancel_invitations_of_deleted before delete on app_user
    for each row execute function cancel_invitations_by_user();

create table group_mapping (
    id uuid primary key,
    organization_id uuid not null,
    group_name text not null check (char_length(group_name) between 1 and 256),
    role text not null check (role in ('owner', 'member')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint group_mapping_organization foreign key (organization_id) references organization (id) on delete cascade,
    constraint group_mapping_unique unique (organization_id, group_name)
);

create index group_mapping_page on group_mapping (organization_id, created_at, id);
create index group_mapping_by_group on group_mapping (group_name);

-- The groups in the latest token of each user, so that a new mapping applies before the next sign-in.
create table user_groups (
    user_id uuid primary key,
    names text[] not null check (cardinality(names) <= 200),
    issued_at timestamptz not null,
    constraint user_groups_user foreign key (user_id) references app_user (id) on delete cascade
);

create index user_groups_names on user_groups using gin (names);
