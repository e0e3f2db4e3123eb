-- The fallbacks of models, and how calls are routed among the targets of a model.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';
-- In the order in which the servers use them.
lock table llm_provider in share row exclusive mode;
lock table model in access exclusive mode;

-- fits the release before: it ignores these columns, and calls the first target of each model.
alter table model
    add column routing text not null default 'failover'
        constraint model_routing check (routing in ('failover', 'weighted')),
    add column weight integer not null default 1 constraint model_weight check (weight between 1 and 1000),
    add column retry_on_timeout boolean not null default false;

create table model_fallback (
    model_id uuid not null,
    -- Positions may have gaps after an LLM provider was deleted.
    position integer not null check (position between 0 and 7),
    organization_id uuid not null,
    provider_id uuid not null,
    remote_model_name text not null check (char_length(remote_model_name) between 1 and 256),
    weight integer not null check (weight between 1 and 1000),
    primary key (model_id, position),
    constraint model_fallback_model foreign key (model_id) references model (id) on delete cascade,
    constraint model_fallback_provider foreign key (organization_id, provider_id)
        references llm_provider (organization_id, id) on delete cascade
);

create index model_fallback_by_provider on model_fallback (organization_id, provider_id);
