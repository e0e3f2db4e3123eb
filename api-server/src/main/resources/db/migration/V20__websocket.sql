-- Whether the LLM Proxy opens WebSockets to an LLM provider.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

alter table llm_provider
    add column websocket text not null default 'auto' check (websocket in ('auto', 'off'));
