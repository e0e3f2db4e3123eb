-- To encrypt what is stored with another key changes no credential: the transactions that do it say so, and no server has
-- to look anything up anew.

-- What it waits for holds up the servers that run; rather than wait for longer, it is begun again with the next start.
set local lock_timeout = '5s';

-- fits the release before: it never says so, and all that it writes is told as ever.
create or replace trigger record_change after insert or update or delete on secret
    for each row when (current_setting('agyn.rewrapping', true) is distinct from 'on')
    execute function record_change();
-- fits the release before: as above.
create or replace trigger record_change after insert or update or delete on llm_provider
    for each row when (current_setting('agyn.rewrapping', true) is distinct from 'on')
    execute function record_change();
