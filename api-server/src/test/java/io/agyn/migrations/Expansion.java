package io.agyn.migrations;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds changes in migrations that break servers of the previous release.
 *
 * <p>Objects that are new since that release may be created freely. Of older ones, it knows the statements that only add;
 * it rejects all others, except after a comment {@code -- unused since 1.2.0}, with a release, or, if nothing
 * is removed, {@code -- fits the release before: } and a reason.
 */
final class Expansion {
    private static final Pattern UNUSED = Pattern.compile("-- unused since (\\d+\\.\\d+\\.\\d+)");
    private static final Pattern FITS = Pattern.compile("-- fits the release before: \\S");
    private static final Pattern MADE = Pattern.compile(
            "^create (?:or replace )?(?:unlogged )?(?:unique )?(table|index|function|type|view|sequence|trigger)"
                    + " (?:concurrently )?(?:if not exists )?(\\w+)");
    private static final Pattern ALTER_TABLE =
            Pattern.compile("^alter table (?:if exists )?(?:only )?(\\w+) (.*)$", Pattern.DOTALL);
    private static final Pattern REFERENCE = Pattern.compile("references (\\w+) ?(?:\\([^)]*\\))?( on delete \\w+)?");
    private static final Pattern LOCK_TIMEOUT = Pattern.compile("^set local lock_timeout = '\\d+m?s'$");

    private final Set<String> old = new HashSet<>();
    private final Predicate<String> isRelease;
    private final List<String> rejections = new ArrayList<>();

    /**
     * @param released the migrations of the previous release
     * @param isRelease whether there is a release of a number
     */
    Expansion(List<String> released, Predicate<String> isRelease) {
        this.isRelease = isRelease;
        for (String migration : released) {
            for (String statement : statements(migration)) {
                created(statement).ifPresent(old::add);
            }
        }
    }

    /** The violations of a later migration. */
    List<String> rejections(String migration) {
        rejections.clear();
        boolean waits = false;
        for (String statement : statements(migration)) {
            boolean unused = false;
            Matcher marker = UNUSED.matcher(statement);
            if (marker.find()) {
                unused = isRelease.test(marker.group(1));
                if (!unused) {
                    rejections.add("there is no release " + marker.group(1) + " that has stopped using it");
                }
            }
            String bare = bare(statement);
            if (LOCK_TIMEOUT.matcher(bare).matches()) {
                waits = true;
            } else if (locksOld(bare) && !waits) {
                rejections.add("begin with \"set local lock_timeout = '5s';\": it waits for a table in use: " + bare);
            }
            judge(bare, unused, FITS.matcher(statement).find());
        }
        return List.copyOf(rejections);
    }

    private void judge(String statement, boolean unused, boolean fits) {
        Verdict verdict = verdict(statement);
        switch (verdict) {
            case ADDS -> {}
            case MAY_NOT_FIT -> {
                if (!fits && !unused) {
                    rejections.add("say why it fits the release before: " + statement);
                }
            }
            case TAKES_AWAY -> {
                if (!unused) {
                    rejections.add("the release before still uses it: " + statement);
                }
            }
        }
    }

    private enum Verdict {
        ADDS,
        MAY_NOT_FIT,
        TAKES_AWAY
    }

    private Verdict verdict(String statement) {
        Matcher alter = ALTER_TABLE.matcher(statement);
        if (alter.matches()) {
            if (!isOld(alter.group(1))) {
                return Verdict.ADDS;
            }
            return actions(alter.group(2)).stream()
                    .map(this::verdictOfAction)
                    .max(Verdict::compareTo)
                    .orElseThrow();
        }
        if (statement.startsWith("create index concurrently ") || statement.matches("^(set local|lock table) .*")) {
            return Verdict.ADDS;
        }
        if (statement.matches("^create (unique )?index .*")) {
            return isOld(after(" on (?:only )?(\\w+)", statement)) ? Verdict.MAY_NOT_FIT : Verdict.ADDS;
        }
        if (statement.matches("^create (or replace )?trigger .*")) {
            return isOld(after(" on (\\w+) (?:for|when|execute)", statement)) ? Verdict.MAY_NOT_FIT : Verdict.ADDS;
        }
        Optional<String> created = created(statement);
        if (created.isPresent()) {
            return isOld(created.get()) || holdsRowsOfOldTables(statement) ? Verdict.MAY_NOT_FIT : Verdict.ADDS;
        }
        if (statement.matches("^(insert into|update|comment on|select) .*")) {
            return isOld(after("^(?:insert into|update|comment on \\w+) (\\w+)", statement))
                    ? Verdict.MAY_NOT_FIT
                    : Verdict.ADDS;
        }
        Matcher drop = Pattern.compile("^drop (?:table|index|function|type|view|sequence|trigger) (?:concurrently )?"
                        + "(?:if exists )?(\\w+).*")
                .matcher(statement);
        return drop.matches() && !isOld(drop.group(1)) ? Verdict.ADDS : Verdict.TAKES_AWAY;
    }

    private Verdict verdictOfAction(String action) {
        if (action.matches("^add (column )?(?!constraint|check|unique|primary|foreign|exclude)\\w+ .*")) {
            boolean demands = action.contains(" not null") && !action.contains(" default ");
            if (demands || action.matches(".* (primary key|generated) ?.*")) {
                return Verdict.TAKES_AWAY;
            }
            return action.matches(".* (unique|references) ?.*") ? Verdict.MAY_NOT_FIT : Verdict.ADDS;
        }
        if (action.startsWith("validate constraint ")) {
            return Verdict.ADDS;
        }
        return action.matches("^(add|drop) constraint .*|^add (check|foreign key|unique) .*|^alter (column )?\\w+ set"
                        + " (default|statistics|storage) .*|^attach partition .*")
                ? Verdict.MAY_NOT_FIT
                : Verdict.TAKES_AWAY;
    }

    /** Whether rows of a new table would block deletes from an old one by the previous release. */
    private boolean holdsRowsOfOldTables(String statement) {
        return references(statement).anyMatch(reference -> {
            String onDelete = reference.group(2);
            return isOld(reference.group(1)) && (onDelete == null || !onDelete.matches(" on delete (cascade|set)"));
        });
    }

    /** A reference to a table locks it as a change of its triggers does. */
    private boolean locksOld(String statement) {
        return statement.matches("^(alter table|lock table|drop \\w+) .*")
                        && old.stream().anyMatch(name -> statement.matches(".*\\b" + name + "\\b.*"))
                || statement.matches("^create (or replace )?trigger .*")
                        && isOld(after(" on (\\w+) (?:for|when|execute)", statement))
                || statement.matches("^create (unique )?index (?!concurrently).*")
                        && isOld(after(" on (?:only )?(\\w+)", statement))
                || statement.startsWith("create table ")
                        && references(statement).anyMatch(reference -> isOld(reference.group(1)));
    }

    private static java.util.stream.Stream<java.util.regex.MatchResult> references(String statement) {
        return REFERENCE.matcher(statement).results();
    }

    private boolean isOld(String name) {
        return old.contains(name);
    }

    private static String after(String pattern, String statement) {
        Matcher matcher = Pattern.compile(pattern).matcher(statement);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static Optional<String> created(String statement) {
        Matcher matcher = MADE.matcher(bare(statement));
        return matcher.find() ? Optional.of(matcher.group(2)) : Optional.empty();
    }

    private static String bare(String statement) {
        return statement
                .replaceAll("--[^\n]*", " ")
                .strip()
                .replaceAll("\\s+", " ")
                .replaceAll(" ?([(),]) ?", " $1 ")
                .replaceAll(" +", " ")
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    /** The actions of an "alter table", separated by commas outside of parentheses. */
    private static List<String> actions(String list) {
        List<String> actions = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i <= list.length(); i++) {
            char c = i == list.length() ? ',' : list.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                actions.add(list.substring(from, i).strip());
                from = i + 1;
            }
        }
        return actions;
    }

    /** The statements, each with the comments before it; a semicolon in a function, a string or a comment ends none. */
    static List<String> statements(String migration) {
        List<String> statements = new ArrayList<>();
        Matcher matcher = Pattern.compile("--[^\n]*|\\$\\$.*?\\$\\$|'(?:[^']|'')*'|;|[^-$';]+|.", Pattern.DOTALL)
                .matcher(migration);
        StringBuilder statement = new StringBuilder();
        while (matcher.find()) {
            if (matcher.group().equals(";")) {
                statements.add(statement.toString().strip());
                statement.setLength(0);
            } else {
                statement.append(matcher.group());
            }
        }
        if (!bare(statement.toString()).isEmpty()) {
            statements.add(statement.toString().strip());
        }
        return statements;
    }
}
