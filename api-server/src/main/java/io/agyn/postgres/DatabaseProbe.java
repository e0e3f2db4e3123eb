package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.DatabaseUrl;
import io.agyn.settings.StartException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;

/** Connects to a PostgreSQL server ahead of the application, or without it, and says what is wrong in a sentence. */
public final class DatabaseProbe {

    private static final String SECONDS_TO_CONNECT = "10";

    private DatabaseProbe() {}

    /**
     * Connects.
     *
     * @param url the server and database
     * @param username the user, or empty for the driver's default
     * @param password the password, or empty for none
     * @return a connection that works, to be closed
     * @throws StartException when no connection can be had
     */
    public static Connection connect(DatabaseUrl url, String username, String password) {
        requireNonNull(url, "url is null");
        Properties properties = new Properties();
        properties.setProperty("connectTimeout", SECONDS_TO_CONNECT);
        properties.setProperty("loginTimeout", SECONDS_TO_CONNECT);
        if (!username.isEmpty()) {
            properties.setProperty("user", username);
        }
        if (!password.isEmpty()) {
            properties.setProperty("password", password);
        }
        try {
            Connection connection = new Driver().connect(url.jdbcUrl(), properties);
            if (!connection.isValid(0)) {
                connection.close();
                throw new SQLException("the connection is not valid");
            }
            return connection;
        } catch (SQLException e) {
            throw failure(url, e);
        }
    }

    /**
     * Puts what a database has refused into a sentence.
     *
     * @param url the server and database
     * @param e what the driver says
     * @return the sentence, which shows no row
     */
    public static StartException failure(DatabaseUrl url, SQLException e) {
        return new StartException(sentence(url.location(), e), e);
    }

    private static String sentence(String location, SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return switch (state) {
            case "28P01", "28000", "08004" ->
                "The database " + location + " refuses the user or password: correct AGYN_DATABASE_USERNAME and"
                        + " AGYN_DATABASE_PASSWORD.";
            case "3D000" -> "There is no database " + location + ": create it, or correct AGYN_DATABASE_URL.";
            case "08001", "08006" ->
                "No PostgreSQL answers at " + location + ": start it, or correct AGYN_DATABASE_URL.";
            default ->
                "The database " + location + " cannot be used (" + firstLine(e.getMessage())
                        + "): put that right, or correct AGYN_DATABASE_URL.";
        };
    }

    private static String firstLine(String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("no reason given");
    }
}
