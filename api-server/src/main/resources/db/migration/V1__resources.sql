-- Constraints are named: ConstraintProblems turns one that fires into the problem that the caller reads.

create table app_user (
    id uuid primary key,
    name text not null check (char_length(name) between 1 and 128),
    role text not null check (role in ('cluster_admin')),
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table organization (
    id uuid primary key,
    name text not null check (char_length(name) between 1 and 128),
    slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint organization_slug_unique unique (slug)
);

create index organization_page on organization (created_at, id);
create index organization_name on organization (name, created_at, id);

create table secret (
    id uuid primary key,
    organization_id uuid not null,
    name text not null check (char_length(name) between 1 and 128),
    description text check (char_length(description) <= 1024),
    storage text not null check (storage in ('local')),
    value_ciphertext bytea not null,
    version bigint not null check (version >= 1),
    fingerprint text not null check (fingerprint ~ '^[0-9a-f]{32}$'),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint secret_organization foreign key (organization_id) references organization (id),
    constraint secret_name_unique unique (organization_id, name),
    -- What the foreign keys of other tables refer to, so that none can cross tenants.
    constraint secret_in_organization unique (organization_id, id)
);

create index secret_page on secret (organization_id, created_at, id);

create table llm_provider (
    id uuid primary key,
    organization_id uuid not null,
    name text not null check (char_length(name) between 1 and 128),
    endpoint text not null check (char_length(endpoint) between 8 and 2048),
    protocol text not null check (protocol in ('responses', 'anthropic_messages')),
    auth_method text not null check (auth_method in ('bearer', 'x_api_key', 'custom_headers')),
    token_secret_id uuid,
    token_ciphertext bytea,
    custom_header_names text[] not null,
    custom_headers_ciphertext bytea,
    credentials_fingerprint text not null check (credentials_fingerprint ~ '^[0-9a-f]{32}$'),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint llm_provider_organization foreign key (organization_id) references organization (id),
    constraint llm_provider_token_secret foreign key (organization_id, token_secret_id)
        references secret (organization_id, id),
    constraint llm_provider_name_unique unique (organization_id, name),
    constraint llm_provider_in_organization unique (organization_id, id),
    constraint llm_provider_credentials check (
        case auth_method
            when 'custom_headers' then
                num_nonnulls(token_secret_id, token_ciphertext) = 0
                and custom_headers_ciphertext is not null
                and cardinality(custom_header_names) between 1 and 32
            else
                num_nonnulls(token_secret_id, token_ciphertext) = 1
                and custom_headers_ciphertext is null
                and cardinality(custom_header_names) = 0
        end
    )
);

create index llm_provider_page on llm_provider (organization_id, created_at, id);
create index llm_provider_by_secret on llm_provider (organization_id, token_secret_id);

create table model (
    id uuid primary key,
    organization_id uuid not null,
    name text not null check (char_length(name) between 1 and 128),
    -- Null once the provider is deleted: the model is orphaned.
    provider_id uuid,
    remote_model_name text not null check (char_length(remote_model_name) between 1 and 256),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint model_organization foreign key (organization_id) references organization (id),
    constraint model_provider foreign key (organization_id, provider_id)
        references llm_provider (organization_id, id) on delete set null (provider_id),
    constraint model_name_unique unique (organization_id, name)
);

create index model_page on model (organization_id, created_at, id);
create index model_by_provider on model (organization_id, provider_id);

create table api_token (
    id uuid primary key,
    user_id uuid not null,
    description text not null check (char_length(description) between 1 and 128),
    prefix text not null check (char_length(prefix) = 12),
    token_hash bytea not null check (octet_length(token_hash) = 32),
    organization_id uuid,
    expires_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint api_token_user foreign key (user_id) references app_user (id),
    constraint api_token_organization foreign key (organization_id) references organization (id),
    constraint api_token_hash_unique unique (token_hash)
);

create index api_token_page on api_token (user_id, created_at, id);
create index api_token_by_organization on api_token (organization_id);

-- One row: a text encrypted with the keyset, so that a server with another keyset is noticed when it starts.
create table keyset_check (
    only_row boolean primary key default true check (only_row),
    ciphertext bytea not null
);
