package io.agyn.usage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Formats times as in RFC 3339, in UTC with microseconds. Consecutive times are mostly within one second, whose text
 * is cached. Not thread-safe.
 */
public final class TimeText {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);

    private long second = Long.MIN_VALUE;
    private byte[] text = {};

    public void append(LineBuffer to, Instant time) {
        if (time.getEpochSecond() != second) {
            second = time.getEpochSecond();
            text = SECOND.format(time).getBytes(ISO_8859_1);
        }
        to.append(text).appendDigits(time.getNano() / 1_000, 6);
        to.append('Z');
    }
}
