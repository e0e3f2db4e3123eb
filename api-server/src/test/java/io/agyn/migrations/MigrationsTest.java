package io.agyn.migrations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers of the previous release run on this schema, and released migrations stay unchanged. */
class MigrationsTest {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final Path UPGRADES = Path.of("src/test/resources/upgrades");
    private static final Path CHANGELOG = Path.of("../CHANGELOG.md");
    private static final Pattern FILE = Pattern.compile("V(\\d+)__\\w+\\.sql");

    private static final List<String> RELEASED = List.of("""
            create table team (id uuid primary key, name text not null, motto text);
            create index team_name on team (name);
            create function tell() returns trigger language plpgsql as $$ begin return null; end $$;
            create trigger tell after insert on team for each row execute function tell();
            """);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop table team",
                "drop index team_name",
                "drop trigger tell on team",
                "alter table team drop column motto",
                "alter table team rename column motto to slogan",
                "alter table team rename to squad",
                "alter table team alter column motto type varchar(10)",
                "alter table team alter column motto set not null",
                "alter table team alter column name drop not null",
                "alter table team alter column name drop default",
                "alter table team add column size integer not null",
                "alter table team add size integer not null",
                "alter table team add column size integer, drop column motto",
                "alter table team enable row level security",
                "truncate team",
                "delete from team",
                "revoke all on team from public",
            })
    void removalOfUsedObjectsIsRejected(String statement) {
        assertThat(rejections(statement)).singleElement().asString().startsWith("the release before still uses it: ");
        assertThat(rejections("-- fits the release before: it does not.\n" + statement))
                .hasSize(1);
        assertThat(rejections("-- unused since 9.9.9\n" + statement))
                .contains("there is no release 9.9.9 that has stopped using it");
        assertThat(rejections("-- unused since 0.2.0\n" + statement)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table team add constraint short check (char_length(name) < 10)",
                "alter table team add constraint short check (char_length(name) < 10) not valid",
                "alter table team drop constraint team_pkey",
                "alter table team add column code text unique",
                "create unique index team_motto on team (motto)",
                "create index team_motto on team (motto)",
                "create trigger refuse before insert on team for each row execute function tell()",
                "create or replace function tell() returns trigger language plpgsql as $$ begin return new; end $$",
                "create table player (team_id uuid references team (id))",
                "update team set motto = name",
            })
    void riskyMigrationRequiresAReason(String statement) {
        assertThat(rejections(statement)).singleElement().asString().startsWith("say why it fits the release before: ");
        assertThat(rejections("-- fits the release before: \n" + statement)).hasSize(1);
        assertThat(rejections("-- fits the release before: no row of its has any.\n" + statement))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table player (id uuid primary key, team_id uuid references team (id) on delete cascade)",
                "create table player (name text not null); drop table player",
                "create table player (name text); alter table player alter column name set not null",
                "create index concurrently team_motto on team (motto)",
                "alter table team add column size integer",
                "alter table team add column size integer not null default 0 check (size >= 0)",
                "alter table team add column a text, add column b numeric(10, 2) not null default 0",
                "alter table team validate constraint short",
            })
    void additiveMigrationIsAccepted(String statement) {
        assertThat(rejections(statement)).isEmpty();
    }

    @Test
    void migrationDoesNotWaitLongForATableInUse() {
        String statement = "alter table team add column size integer";
        assertThat(new Expansion(RELEASED, release -> false).rejections(statement))
                .singleElement()
                .asString()
                .startsWith("begin with \"set local lock_timeout = '5s';\"");
    }

    @TestFactory
    Stream<DynamicTest> migrationsSinceTheLastReleaseAddAndNoMore() throws IOException {
        int released = lastReleasedSchema();
        String changelog = Files.readString(CHANGELOG);
        Map<Integer, Path> files = migrations();
        List<String> before = new ArrayList<>();
        for (Map.Entry<Integer, Path> file : files.entrySet()) {
            if (file.getKey() <= released) {
                before.add(Files.readString(file.getValue()));
            }
        }
        assertThat(before).hasSize(released);
        Expansion expansion = new Expansion(before, release -> changelog.contains("## [" + release + "]"));
        return files.entrySet().stream()
                .filter(file -> file.getKey() > released)
                .map(file ->
                        DynamicTest.dynamicTest(file.getValue().getFileName().toString(), () -> assertThat(
                                        expansion.rejections(Files.readString(file.getValue())))
                                .isEmpty()));
    }

    @Test
    void releasedMigrationNeverChanges() throws IOException {
        Map<Integer, Path> files = migrations();
        int checked = 0;
        for (int schema = 1; schema <= lastReleasedSchema(); schema++) {
            Path rows = UPGRADES.resolve("V" + schema).resolve("rows.sql");
            // As Flyway stores it in the database, and compares it at every start.
            Matcher history = Pattern.compile("'SQL', 'db/migration/V(\\d+)__\\w+\\.sql', '(-?\\d+)'")
                    .matcher(Files.readString(rows));
            while (history.find()) {
                Path file = files.get(Integer.parseInt(history.group(1)));
                assertThat(checksum(file))
                        .as("%s, of which databases hold %s: put it back, and write a new one", file, rows)
                        .isEqualTo(Integer.parseInt(history.group(2)));
                checked++;
            }
        }
        assertThat(checked).isGreaterThanOrEqualTo(lastReleasedSchema());
    }

    private static List<String> rejections(String statements) {
        return new Expansion(RELEASED, "0.2.0"::equals)
                .rejections("set local lock_timeout = '5s';\n" + statements + ";\n");
    }

    private static int lastReleasedSchema() throws IOException {
        Properties release = new Properties();
        release.load(Files.newBufferedReader(UPGRADES.resolve("last-release.properties")));
        return Integer.parseInt(release.getProperty("schema"));
    }

    private static Map<Integer, Path> migrations() throws IOException {
        Map<Integer, Path> migrations = new TreeMap<>();
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            for (Path file : files.toList()) {
                Matcher name = FILE.matcher(file.getFileName().toString());
                assertThat(name.matches()).as("%s is V<n>__<what>.sql", file).isTrue();
                migrations.put(Integer.parseInt(name.group(1)), file);
            }
        }
        return migrations;
    }

    /** As Flyway computes it, without line ends. */
    private static int checksum(Path file) throws IOException {
        CRC32 checksum = new CRC32();
        Files.readAllLines(file).forEach(line -> checksum.update(line.getBytes(UTF_8)));
        return (int) checksum.getValue();
    }
}
