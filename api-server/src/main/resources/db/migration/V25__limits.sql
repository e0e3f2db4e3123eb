-- Limits on the calls of models.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

-- fits the release before: it inserts the default, and updates only the columns that it knows.
alter table organization
    add column time_zone text not null default 'UTC' check (char_length(time_zone) between 1 and 64);

create table call_limit (
    id uuid primary key,
    organization_id uuid not null,
    name text not null check (char_length(name) between 1 and 128),
    subject_type text not null check (subject_type in ('organization', 'user', 'api_token', 'model', 'llm_provider')),
    -- Null for each resource of the type.
    subject_id uuid,
    -- Copies for the foreign keys: a limit is deleted with its subject.
    user_id uuid generated always as (case subject_type when 'user' then subject_id end) stored,
    api_token_id uuid generated always as (case subject_type when 'api_token' then subject_id end) stored,
    model_id uuid generated always as (case subject_type when 'model' then subject_id end) stored,
    llm_provider_id uuid generated always as (case subject_type when 'llm_provider' then subject_id end) stored,
    measure text not null check (measure in ('calls', 'input_tokens', 'output_tokens', 'tokens', 'concurrent_calls')),
    amount bigint not null check (amount between 0 and 999999999999999),
    time_window text check (time_window in ('minute', 'hour', 'day', 'week', 'month')),
    action text not null check (action in ('block', 'warn')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint call_limit_organization foreign key (organization_id) references organization (id) on delete cascade,
    constraint call_limit_user foreign key (user_id) references app_user (id) on delete cascade,
    constraint call_limit_api_token foreign key (api_token_id) references api_token (id) on delete cascade,
    constraint call_limit_model foreign key (organization_id, model_id)
        references model (organization_id, id) on delete cascade,
    constraint call_limit_llm_provider foreign key (organization_id, llm_provider_id)
        references llm_provider (organization_id, id) on delete cascade,
    constraint call_limit_name_unique unique (organization_id, name),
    constraint call_limit_own_organization check (
        subject_type <> 'organization' or subject_id is null or subject_id = organization_id),
    constraint call_limit_window check ((measure = 'concurrent_calls') = (time_window is null))
);

create index call_limit_page on call_limit (organization_id, created_at, id);
create index call_limit_by_user on call_limit (user_id) where user_id is not null;
create index call_limit_by_api_token on call_limit (api_token_id) where api_token_id is not null;
create index call_limit_by_model on call_limit (organization_id, model_id) where model_id is not null;
create index call_limit_by_llm_provider on call_limit (organization_id, llm_provider_id)
    where llm_provider_id is not null;

create trigger record_change after insert or update or delete on call_limit
    for each row execute function record_change();

-- The use of a limit, with the leases that servers hold. One row for each limit and subject: a new window overwrites it.
create table limit_counter (
    limit_id uuid not null,
    subject_id uuid not null,
    -- The epoch for minutes and hours, whose counters drain continuously.
    window_start timestamptz not null,
    used double precision not null check (used >= 0),
    updated_at timestamptz not null,
    primary key (limit_id, subject_id),
    constraint limit_counter_limit foreign key (limit_id) references call_limit (id) on delete cascade
);

create index limit_counter_by_time on limit_counter (updated_at);
