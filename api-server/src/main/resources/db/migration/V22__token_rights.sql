-- What API tokens may do: scopes and models. And the address and program that last used them.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

-- fits the release before: its tokens may do everything that their user may, which is the default.
alter table api_token
    add column scopes text[] not null default string_to_array('call_models read manage manage_tokens reveal', ' ')
        constraint api_token_scopes check (
            cardinality(scopes) > 0
            and scopes <@ string_to_array('call_models read manage manage_tokens reveal', ' ')),
    -- Null for all models. An id stays when its model is deleted.
    add column model_ids uuid[],
    add column last_used_address text,
    add column last_used_user_agent text;

-- fits the release before: it forgets a changed token, and looks it up again.
create trigger record_rights_change after update of scopes, model_ids, default_model_id on api_token
    for each row execute function record_change();

-- fits the release before: the index of an organization's tokens, by the order of their list.
create index api_token_organization_page on api_token (organization_id, created_at, id) where organization_id is not null;
