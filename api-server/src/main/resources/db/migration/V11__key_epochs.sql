-- Which key of the keyset a hash of the audit log is under, so that the key can be rotated: each key has the events of an
-- epoch of its own. Null for the first audit key of the keyset, which servers of the release before know as the only one.

-- A migration that waits for a table blocks the servers that run; it fails soon instead, and the next start repeats it.
set local lock_timeout = '5s';
-- In the order in which servers use them.
lock table audit_chain, audit_event in access exclusive mode;

alter table audit_chain add column key_id bigint;
alter table audit_event add column key_id bigint;

-- What "keyset promote" has made primary, so that no server starts without it; null before.
alter table keyset_check
    add column fingerprint_key_id bigint,
    add column audit_key_id bigint;
