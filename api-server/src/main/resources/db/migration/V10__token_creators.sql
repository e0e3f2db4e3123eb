-- Which API token created another: the other expires no later, and is revoked with it. By the foreign key, since servers of
-- the release before revoke tokens too.

-- A migration that waits for a table blocks the servers that run; it fails soon instead, and the next start repeats it.
set local lock_timeout = '5s';

-- fits the release before: the tokens that it creates have no creator, and a delete of one cascades by itself.
alter table api_token
    add column created_by_token_id uuid
        constraint api_token_creator references api_token (id) on delete cascade;

-- fits the release before: it writes no creators, and the index is empty at first, so that it is built by one scan of a table
-- that has a row per token.
create index api_token_by_creator on api_token (created_by_token_id) where created_by_token_id is not null;
