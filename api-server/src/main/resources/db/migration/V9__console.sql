-- Who is signed in to the Console. A session ends with the API token that it stands on.

-- What it waits for holds up the servers that run; rather than wait for longer, it is begun again with the next start.
set local lock_timeout = '5s';

create table console_session (
    -- SHA-256 of the secret in the browser's cookie.
    id bytea primary key,
    token_id uuid not null,
    -- With the secret and the number of the turn it gives the proof in the cookie, which is another one each turn.
    salt text not null,
    -- The last turn whose proof the browser has shown, the one that it had shown before, and since when.
    turn integer not null,
    turn_before integer not null,
    turned_at timestamptz not null,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    constraint console_session_token foreign key (token_id) references api_token (id) on delete cascade
);

create index console_session_by_token on console_session (token_id);
create index console_session_age on console_session (created_at);
