package io.agyn.usage;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes times as in RFC 3339, in UTC and to the microsecond. Most times that are written one after the other lie within
 * one second, whose text is kept. Not for use by several threads.
 */
final class TimeText {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

    private long second = Long.MIN_VALUE;
    private String text = "";

    void append(StringBuilder to, Instant time) {
        if (time.getEpochSecond() != second) {
            second = time.getEpochSecond();
            text = SECOND.format(time);
        }
        to.append(text).append('.');
        int micros = time.getNano() / 1_000;
        for (int unit = 100_000; unit > 0; unit /= 10) {
            to.append((char) ('0' + micros / unit % 10));
        }
        to.append('Z');
    }
}
