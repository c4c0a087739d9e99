package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.collections.Figure;
import java.io.IOException;
import java.io.Reader;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Raw results of collections as CSV, with the same head as a {@link ResultFile} has. */
final class ReadingsFile {
    /** The columns, in order. */
    private enum Column {
        section, size, threads, contestant, version, round, figure, unit, value
    }

    private static final CSVFormat ROWS = CSVFormat.DEFAULT.builder()
        .setRecordSeparator("\n")
        .setCommentMarker('#')
        .get();
    private static final CSVFormat FILE = ROWS.builder().setHeader(Column.class).setSkipHeaderRecord(true).get();

    private ReadingsFile() {
    }

    /** The line with the columns' names, without its end. */
    static String header() {
        return ROWS.format((Object[]) Column.values());
    }

    /** A reading's line, without its end. */
    static String line(Reading reading) {
        return ROWS.format(reading.section(), reading.size(), reading.threads(), reading.contestant(),
            reading.version(), reading.round(), reading.figure().name(), reading.figure().unit(),
            String.format(Locale.ROOT, "%.4f", reading.figure().value()));
    }

    /** All readings of a file. */
    static List<Reading> parse(Reader reader) throws IOException {
        try (CSVParser parser = FILE.parse(reader)) {
            return parser.stream().map(ReadingsFile::reading).toList();
        }
    }

    private static Reading reading(CSVRecord row) {
        return new Reading(row.get(Column.section), number(row, Column.size), number(row, Column.threads),
            row.get(Column.contestant), row.get(Column.version), number(row, Column.round),
            new Figure(row.get(Column.figure), row.get(Column.unit), Double.parseDouble(row.get(Column.value))));
    }

    private static int number(CSVRecord row, Column column) {
        return Integer.parseInt(row.get(column));
    }
}
