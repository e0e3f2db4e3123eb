package io.agyn.console.rendering;

import io.quarkus.qute.TemplateExtension;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Formats times in templates. */
@TemplateExtension
public final class Times {
    private static final DateTimeFormatter MINUTES = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'");

    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private Times() {}

    /** {@code time.past} in templates. */
    public static boolean past(OffsetDateTime time) {
        return time.toInstant().isBefore(Instant.now());
    }

    /** In minutes, with the time zone: {@code time.utc} in templates. */
    public static String utc(OffsetDateTime time) {
        return MINUTES.format(time.withOffsetSameInstant(ZoneOffset.UTC));
    }

    /** In seconds, in UTC without naming it: {@code time.seconds} in templates. */
    public static String seconds(OffsetDateTime time) {
        return SECONDS.format(time.withOffsetSameInstant(ZoneOffset.UTC));
    }
}
