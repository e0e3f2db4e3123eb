-- Where a chain ends moves forward alone, and a chain never goes: or else who deletes its newest events, or all of them,
-- would only have to put back, or take away, the row that says how many there were.
create function refuse_audit_chain_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.chain = old.chain and new.sequence >= old.sequence
            and new.first_sequence >= old.first_sequence then
        return new;
    end if;
    raise exception 'the end of a chain of audit events only moves forward' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_chain_moves_forward before update or delete on audit_chain
    for each row execute function refuse_audit_chain_change();
create trigger audit_chain_is_not_truncated before truncate on audit_chain
    for each statement execute function refuse_audit_chain_change();
