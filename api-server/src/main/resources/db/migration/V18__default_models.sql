-- The default models of organizations and API tokens, for calls that name no model.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

-- fits the release before: ids are unique already.
alter table model add constraint model_in_organization unique (organization_id, id);

-- fits the release before: it sets no default model, and deletes of models clear the columns by themselves.
alter table organization
    add column default_model_id uuid,
    add constraint organization_default_model foreign key (id, default_model_id)
        references model (organization_id, id) on delete set null (default_model_id);

-- fits the release before: as above.
alter table api_token
    add column default_model_id uuid
        constraint api_token_default_model references model (id) on delete set null;

-- fits the release before: the indexes are empty at first. Deletes of models look their users up.
create index organization_by_default_model on organization (default_model_id) where default_model_id is not null;

-- fits the release before: as above.
create index api_token_by_default_model on api_token (default_model_id) where default_model_id is not null;
