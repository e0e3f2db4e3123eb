package io.agyn.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** A month of usage as in a company: copies of existing calls, more by day than at night, some slow. */
final class SampleUsage {
    private static final int DAYS = 31;
    private static final String MAKE = """
            insert into usage_record (
                id, started_at, request_id, organization_id, model_id, model, provider_id, provider, token_id, user_id,
                protocol, streamed, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
                time_to_first_byte_us, duration_us, status, outcome)
            select
                gen_random_uuid(), at, gen_random_uuid()::text, organization_id, model_id, model, provider_id, provider,
                token_id, user_id, protocol, streamed,
                (input_tokens * (1 + 60 * size))::bigint, (cached_input_tokens * (1 + 150 * size))::bigint,
                (cache_write_tokens * (1 + 40 * size))::bigint, (output_tokens * (1 + 30 * size))::bigint, reasoning_tokens,
                (250000 + 900000 * slow)::bigint, (700000 + 5000000 * slow)::bigint, status, outcome
            from (
                select
                    made.*, at, size, slow
                from (
                    select
                        at, random() as size, power(random(), 3) as slow,
                        case when random() < 0.03 then failed else 1 + floor(whole * power(random(), 2))::int end as rank
                    from
                        (select now() - n * interval '150 seconds' as at from generate_series(40, 17000) n) times,
                        (select
                            count(*) filter (where outcome = 'completed') as whole,
                            count(*) as failed from usage_record) counts
                    where random() < (0.06 + 0.94 * greatest(0, sin((extract(hour from at at time zone 'UTC') - 6) / 13 * pi())))
                        * (case when extract(isodow from at at time zone 'UTC') > 5 then 0.2 else 1 end)
                    ) chosen
                join (
                    select usage_record.*, row_number() over (order by outcome, started_at) as rank from usage_record
                    ) made using (rank)
                ) calls""";

    private SampleUsage() {}

    /** Inserts the calls directly into the server's database. */
    static void insertInto(Server server) throws IOException, SQLException {
        Path folder = server.dataDir();
        String port =
                Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(3);
        String password = Files.readString(folder.resolve("postgres-password")).strip();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "agyn", password);
                Statement statement = connection.createStatement()) {
            LocalDate today = LocalDate.now(ZoneOffset.UTC);
            for (int i = 0; i <= DAYS; i++) {
                statement.execute("select ensure_usage_partition('" + today.minusDays(i) + "')");
            }
            // The same data on each run.
            statement.execute("select setseed(0.42)");
            statement.execute(MAKE);
        }
    }
}
