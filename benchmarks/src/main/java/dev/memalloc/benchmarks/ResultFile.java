package dev.memalloc.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Raw results as CSV: lines that begin with {@code #} say on what machine and by what command, then come the names
 * of the columns, then a line for each JVM that ran.
 */
final class ResultFile {
    /** The columns, in order. */
    private enum Column {
        workload, allocator, version, threads, round, operations, nanos, ns_per_op, live_peak_bytes, rss_peak_bytes,
        rss_later_bytes, p50_ns, p99_ns, p999_ns, p9999_ns, max_ns
    }

    private static final List<Column> LATENCIES =
        List.of(Column.p50_ns, Column.p99_ns, Column.p999_ns, Column.p9999_ns, Column.max_ns);
    private static final CSVFormat ROWS = CSVFormat.DEFAULT.builder()
        .setRecordSeparator("\n")
        .setCommentMarker('#')
        .get();
    private static final CSVFormat FILE = ROWS.builder().setHeader(Column.class).setSkipHeaderRecord(true).get();

    private ResultFile() {
    }

    /** The line with the columns' names, without its end. */
    static String header() {
        return ROWS.format((Object[]) Column.values());
    }

    /** A measurement's line, without its end. */
    static String line(Measurement measurement) {
        List<Object> values = new ArrayList<>(Arrays.asList(
            measurement.workload(), measurement.allocator(), measurement.version(), measurement.threads(),
            measurement.round(), measurement.operations(), measurement.nanos(),
            String.format(Locale.ROOT, "%.2f", measurement.nanosPerOperation()),
            measurement.bytesLivePeak(), measurement.bytesResidentPeak(), measurement.bytesResidentLater()));
        for (int i = 0; i < LATENCIES.size(); i++) {
            values.add(measurement.latencies().isEmpty() ? "" : measurement.latencies().get(i));
        }
        return ROWS.format(values.toArray());
    }

    /** The measurement of a line. */
    static Measurement parseLine(String line) {
        try {
            return parse(new StringReader(header() + "\n" + line)).getFirst();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All measurements of a file. */
    static List<Measurement> parse(Reader reader) throws IOException {
        try (CSVParser parser = FILE.parse(reader)) {
            return parser.stream().map(ResultFile::measurement).toList();
        }
    }

    private static Measurement measurement(CSVRecord row) {
        List<Long> latencies = LATENCIES.stream()
            .filter(column -> !row.get(column).isEmpty())
            .map(column -> number(row, column))
            .toList();
        return new Measurement(row.get(Column.workload), row.get(Column.allocator), row.get(Column.version),
            (int) number(row, Column.threads), (int) number(row, Column.round), number(row, Column.operations),
            number(row, Column.nanos), number(row, Column.live_peak_bytes), number(row, Column.rss_peak_bytes),
            number(row, Column.rss_later_bytes), latencies);
    }

    private static long number(CSVRecord row, Column column) {
        return Long.parseLong(row.get(column));
    }
}
