-- Sign-in with an identity provider: users have an issuer and a subject, and sessions belong to an API token or to a user.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';
-- In the order in which the servers use them.
lock table console_session, app_user in access exclusive mode;

-- fits the release before: it writes neither column.
alter table app_user
    add column oidc_issuer text,
    add column oidc_subject text,
    -- Whether the settings made the user a cluster admin; it ends with them.
    add column oidc_admin boolean not null default false,
    -- The groups that the newest token had: SHA-256 of their names, and when that token was issued.
    add column oidc_groups_hash bytea,
    add column oidc_groups_at timestamptz,
    add constraint app_user_oidc_complete check ((oidc_issuer is null) = (oidc_subject is null));

-- fits the release before: the index is empty at first.
create unique index app_user_oidc_unique on app_user (oidc_subject, oidc_issuer) where oidc_subject is not null;

-- fits the release before: its sessions have an API token. It fails for the others, which work again after the upgrade.
alter table console_session
    alter column token_id drop not null,
    add column user_id uuid constraint console_session_user references app_user (id) on delete cascade,
    -- The session at the identity provider, for back-channel logout.
    add column oidc_sid text,
    -- When the user last entered an API token or signed in at the identity provider.
    add column authenticated_at timestamptz not null default now(),
    add constraint console_session_credential check (num_nonnulls(token_id, user_id) = 1);

update console_session set authenticated_at = created_at;

-- fits the release before: both are empty at first.
create index console_session_by_user on console_session (user_id) where user_id is not null;
-- fits the release before: as above.
create index console_session_by_oidc_sid on console_session (oidc_sid) where oidc_sid is not null;

-- The logout tokens of the identity provider that were used; each is valid once.
create table oidc_logout (
    -- SHA-256 of the token's jti.
    id bytea primary key,
    expires_at timestamptz not null
);

create index oidc_logout_expiry on oidc_logout (expires_at);
