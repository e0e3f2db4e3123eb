-- The unique usernames of users, and the organization that a user chose as home.

-- A migration that waits for a lock blocks running servers, so it fails and the next start repeats it.
set local lock_timeout = '5s';
lock table app_user in access exclusive mode;
lock table organization in share row exclusive mode;

-- fits the release before: it neither reads nor writes the columns; the trigger below derives usernames for its rows.
alter table app_user
    add column username text constraint app_user_username_check check (username ~ '^[a-z0-9_-]{1,32}$'),
    add column home_organization_id uuid
        constraint app_user_home_organization references organization (id) on delete set null;

-- Returns the username for a text, such as payments-agent for 'Payments Agent': lower case, without accents, other
-- characters as hyphens, at most 32 characters; empty for a text without Latin letters or digits.
create function clean_username(wish text) returns text language plpgsql immutable as $$
declare
    plain text := wish;
begin
    if getdatabaseencoding() = 'UTF8' then
        plain := regexp_replace(normalize(wish, nfkd), '[' || chr(768) || '-' || chr(879) || ']', '', 'g');
    end if;
    return rtrim(left(ltrim(regexp_replace(lower(plain collate "C"), '[^a-z0-9_-]+', '-', 'g'), '-'), 32), '-');
end
$$;

-- Returns a free username for the first text that has Latin letters or digits. If it is taken, the result ends in -2, -3
-- and so on. Until the transaction ends, no other transaction derives a username.
create function free_username(variadic wishes text[]) returns text language plpgsql as $$
declare
    wish text;
    base text := '';
    result text;
    number integer := 1;
begin
    foreach wish in array wishes loop
        exit when base <> '';
        base := clean_username(coalesce(wish, ''));
    end loop;
    if base = '' then
        base := 'user';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('agyn username', 0));
    result := base;
    while exists (select from app_user where username = result) loop
        number := number + 1;
        result := rtrim(left(base, 31 - length(number::text)), '-') || '-' || number;
    end loop;
    return result;
end
$$;

create function derive_username() returns trigger language plpgsql as $$
begin
    if new.username is null then
        new.username := free_username(split_part(coalesce(new.email, ''), '@', 1), new.name);
    end if;
    return new;
end
$$;

-- Before the rows get their usernames, so that each is found fast.
-- fits the release before: the trigger derives a free username.
alter table app_user add constraint app_user_username_unique unique (username);

-- The function sees the usernames of the rows before.
-- fits the release before: it does not know the column.
update app_user set username = free_username(split_part(coalesce(email, ''), '@', 1), name);

-- Cluster admins who belong to no organization continue to call the models of the only one by their names.
-- fits the release before: it does not know the column.
update app_user set home_organization_id = (select (array_agg(id))[1] from organization)
where role = 'cluster_admin'
    and (select count(*) from organization) = 1
    and not exists (select from membership where user_id = app_user.id);

-- fits the release before: the trigger derives the username before the constraint is checked.
alter table app_user add constraint app_user_username_set check (username is not null);

-- fits the release before: it sets a column that the release does not know.
create trigger derive_username before insert on app_user for each row execute function derive_username();

-- fits the release before: it writes no homes, and the index is empty at first. Deletes of organizations look homes up.
create index app_user_by_home_organization on app_user (home_organization_id) where home_organization_id is not null;
