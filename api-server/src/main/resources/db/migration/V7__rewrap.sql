-- To encrypt what is stored with another key changes no credential: the transactions that do it say so, and no server has
-- to look anything up anew.
drop trigger record_change on secret;
create trigger record_change after insert or update or delete on secret
    for each row when (current_setting('agyn.rewrapping', true) is distinct from 'on')
    execute function record_change();
drop trigger record_change on llm_provider;
create trigger record_change after insert or update or delete on llm_provider
    for each row when (current_setting('agyn.rewrapping', true) is distinct from 'on')
    execute function record_change();
