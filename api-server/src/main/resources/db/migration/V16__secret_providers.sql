-- Secret providers, and secrets whose value stays in one.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

-- The previous release empties only the tables that it knows, so the rows are deleted with their organization.
create table secret_provider (
    id uuid primary key,
    organization_id uuid not null,
    name text not null check (char_length(name) between 1 and 128),
    description text check (char_length(description) <= 1024),
    type text not null check (type in ('vault')),
    address text not null check (char_length(address) between 8 and 2048),
    namespace text check (char_length(namespace) between 1 and 256),
    ca_certificate text check (char_length(ca_certificate) between 1 and 65536),
    auth_method text not null check (auth_method in ('token', 'approle')),
    token_ciphertext bytea,
    role_id text check (char_length(role_id) between 1 and 256),
    approle_mount text check (char_length(approle_mount) between 1 and 256),
    approle_secret_id_ciphertext bytea,
    credentials_fingerprint text not null check (credentials_fingerprint ~ '^[0-9a-f]{32}$'),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint secret_provider_organization foreign key (organization_id) references organization (id) on delete cascade,
    constraint secret_provider_name_unique unique (organization_id, name),
    -- The foreign key of secrets refers to it, so that it cannot cross organizations.
    constraint secret_provider_in_organization unique (organization_id, id),
    constraint secret_provider_credentials check (
        case auth_method
            when 'token' then
                token_ciphertext is not null
                and num_nonnulls(role_id, approle_mount, approle_secret_id_ciphertext) = 0
            else
                token_ciphertext is null
                and num_nonnulls(role_id, approle_mount, approle_secret_id_ciphertext) = 3
        end
    )
);

create index secret_provider_page on secret_provider (organization_id, created_at, id);

create trigger record_change after insert or update or delete on secret_provider
    for each row when (current_setting('agyn.rewrapping', true) is distinct from 'on')
    execute function record_change();

-- A secret with a provider_id is remote. Its value_ciphertext is empty rather than null, and its storage stays 'local', so
-- that the previous release can read the row: it lists the secret, and reports its value as unreadable.
alter table secret
    add column provider_id uuid,
    add column remote_path text check (char_length(remote_path) between 1 and 512),
    add column remote_key text check (char_length(remote_key) between 1 and 256);

-- fits the release before: it writes the column. Later servers derive the storage from provider_id.
alter table secret alter column storage set default 'local';

-- fits the release before: it leaves the new columns null, and encrypts every value, which is never empty then.
alter table secret add constraint secret_provider_of_secret foreign key (organization_id, provider_id)
    references secret_provider (organization_id, id);

-- fits the release before: as above.
alter table secret add constraint secret_storage_fields check (
    case
        when provider_id is null then
            num_nonnulls(remote_path, remote_key) = 0 and octet_length(value_ciphertext) > 0
        else
            num_nonnulls(remote_path, remote_key) = 2 and octet_length(value_ciphertext) = 0
    end
);

-- fits the release before: it writes no provider_id, and the index is empty at first.
create index secret_by_provider on secret (organization_id, provider_id) where provider_id is not null;

-- The last read of each remote secret. No trigger records its changes, since no route depends on them.
create table remote_secret_status (
    secret_id uuid primary key,
    -- The secret's fingerprint, so that a read of an earlier reference is not recorded.
    fingerprint text not null,
    read_version bigint,
    read_at timestamptz,
    error text check (char_length(error) <= 2048),
    error_at timestamptz,
    constraint remote_secret_status_secret foreign key (secret_id) references secret (id) on delete cascade
);
