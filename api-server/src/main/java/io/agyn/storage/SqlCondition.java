package io.agyn.storage;

import io.agyn.storage.Paging.Position;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A condition of a native query with its parameters. Immutable. */
public final class SqlCondition {
    private final String text;
    private final List<Object> parameters;

    private SqlCondition(String text, List<Object> parameters) {
        this.text = text;
        this.parameters = parameters;
    }

    /** A condition of one term, in SQL with one parameter. */
    public static SqlCondition of(String term, Object parameter) {
        return new SqlCondition(term, List.of(parameter));
    }

    /** Adds a term with one parameter, unless the parameter is null. */
    public SqlCondition and(String term, @Nullable Object parameter) {
        return parameter == null ? this : with(term, Stream.of(parameter));
    }

    /**
     * Restricts to the rows after a position, latest first.
     *
     * @param time the column of the times; the rows are in descending order of it and the id
     */
    public SqlCondition before(String time, Position position) {
        return with(
                "(" + time + ", id) < (?, ?)", Stream.of(position.createdAt().atOffset(ZoneOffset.UTC), position.id()));
    }

    private SqlCondition with(String term, Stream<Object> added) {
        return new SqlCondition(
                text + " and " + term, Stream.concat(parameters.stream(), added).toList());
    }

    /** The condition in SQL. */
    public String text() {
        return text;
    }

    /**
     * Sets the condition's parameters, starting with the first.
     *
     * @return the number of the next parameter
     */
    public int set(PreparedStatement query) throws SQLException {
        int next = 1;
        for (Object parameter : parameters) {
            query.setObject(next++, parameter);
        }
        return next;
    }
}
