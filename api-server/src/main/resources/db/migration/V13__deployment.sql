-- The servers on this database, as CDN-Loop (RFC 8586) names them to LLM providers.
create table deployment (
    id uuid primary key
);

insert into deployment (id) values (gen_random_uuid());
