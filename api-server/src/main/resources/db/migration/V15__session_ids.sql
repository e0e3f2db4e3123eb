-- A session keeps the same random id until it ends, so that four columns are unused.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';

alter table console_session
    alter column salt set default '',
    alter column turn set default 0,
    alter column turn_before set default 0,
    alter column turned_at set default now();
