package io.agyn.console.rendering;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A CSV file (RFC 4180). */
public final class Csv {
    // Spreadsheets run text with these first characters as a formula; names come from other users.
    private static final String FORMULA_STARTS = "=+-@\t\r";

    private final StringBuilder text = new StringBuilder();

    public Csv(List<String> columns) {
        line(columns.stream());
    }

    /** Adds a row; null is an empty cell. */
    public Csv row(@Nullable Object... cells) {
        line(Stream.of(cells).map(cell -> switch (cell) {
            case null -> "";
            case Double number -> BigDecimal.valueOf(number).toPlainString();
            case Number number -> number.toString();
            default -> escapeFormula(cell.toString());
        }));
        return this;
    }

    /** A response that browsers save as a file. */
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

    private static String escapeFormula(String text) {
        return !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private static String quoted(String cell) {
        return cell.matches("(?s).*[\",\r\n].*") ? "\"" + cell.replace("\"", "\"\"") + "\"" : cell;
    }
}
