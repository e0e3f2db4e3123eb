-- A second name of a model, its entry in Codex' model catalogue, and its keep-alive.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

alter table model
    add column alias text check (char_length(alias) between 1 and 128),
    add column codex_catalog_entry text check (char_length(codex_catalog_entry) between 2 and 131072),
    add column keep_alive_seconds integer check (keep_alive_seconds between 0 and 3600);

-- fits the release before: it writes no alias.
alter table model add constraint model_alias_unique unique (organization_id, alias);

-- fits the release before: it writes no alias, and the index is empty at first. Routes look names up without an organization.
create index model_by_alias on model (alias) where alias is not null;
