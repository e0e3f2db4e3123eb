package io.agyn.console;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table as a file of comma-separated values (RFC 4180). */
public final class Csv {
    // Spreadsheets take a text that begins like this for a formula, which names made by others must not become.
    private static final String BEGINS_FORMULA = "=+-@\t\r";

    private final StringBuilder text = new StringBuilder();

    /** A table with the names of its columns. */
    public Csv(List<String> columns) {
        line(columns.stream());
    }

    /** Adds a row; null is an empty cell. */
    public Csv row(Object... cells) {
        line(Stream.of(cells).map(cell -> switch (cell) {
            case null -> "";
            case Double number -> BigDecimal.valueOf(number).toPlainString();
            case Number number -> number.toString();
            default -> harmless(cell.toString());
        }));
        return this;
    }

    /** The answer that browsers save as a file. */
    public Response download(String file) {
        return Response.ok(text.toString(), "text/csv; charset=utf-8; header=present")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + file + "\"")
                .build();
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private void line(Stream<String> cells) {
        text.append(cells.map(Csv::quoted).collect(Collectors.joining(","))).append("\r\n");
    }

    private static String harmless(String text) {
        return !text.isEmpty() && BEGINS_FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private static String quoted(String cell) {
        return cell.matches("(?s).*[\",\r\n].*") ? "\"" + cell.replace("\"", "\"\"") + "\"" : cell;
    }
}
