-- The first answers to requests with an Idempotency-Key, for a day. Written in the transaction of what the request makes:
-- a crash leaves both or neither. An answer may show a new API token, so it is encrypted like a credential.
create table idempotency_key (
    id uuid primary key,
    -- Zeros for what belongs to none.
    organization_id uuid not null,
    user_id uuid not null,
    key text not null check (char_length(key) between 1 and 255),
    request_fingerprint text not null,
    created_at timestamptz not null,
    -- Null within the transaction alone.
    status integer,
    etag text,
    location text,
    answer_ciphertext bytea,
    constraint idempotency_key_unique unique (user_id, key)
);

create index idempotency_key_age on idempotency_key (created_at);
