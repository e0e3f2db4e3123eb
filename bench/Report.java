import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Shared by the measurements: process metrics, medians, and the table for RESULTS.md. */
final class Report {
    private static final double MICROS_PER_TICK = 10_000;

    private Report() {}

    /** The processor time that processes have taken, in microseconds. */
    static double cpuMicros(Stream<ProcessHandle> processes) {
        return processes
                .mapToDouble(process -> {
                    try {
                        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
                        String[] fields =
                                stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                        return MICROS_PER_TICK * (Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
                    } catch (IOException e) {
                        // Ended meanwhile.
                        return 0;
                    }
                })
                .sum();
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** A row of the table, which is printed at once too. */
    static String row(String what, String bound, String measured, boolean holds) {
        String row = "| %s | %s | %s | %s |".formatted(what, bound, measured, holds ? "holds" : "short");
        System.out.println(row);
        return row;
    }

    /** Prints a table with the machine that it is of. */
    static void print(List<String> rows) throws Exception {
        System.out.println();
        System.out.printf(
                "%s, %d processors, Linux %s, JDK %s%n",
                Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 2))
                        .findFirst()
                        .orElse("unknown processor"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version").replaceAll("[^0-9.].*", ""),
                Runtime.version());
        System.out.println();
        System.out.println("| what | bound | measured | |");
        System.out.println("| --- | --- | --- | --- |");
        rows.forEach(System.out::println);
    }
}
