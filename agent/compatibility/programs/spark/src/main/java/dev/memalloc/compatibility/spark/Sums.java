package dev.memalloc.compatibility.spark;

import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Work for a Spark cluster: a table with a hash in each row is kept off the heap, grouped, joined with itself and
 * sorted, with a shuffle for each. Prints sums that depend on every row.
 */
public final class Sums {
    private static final int PARTITIONS = 4;
    private static final int ROWS_SHOWN = 10;

    private Sums() {
    }

    /** Runs it; the argument is the number of rows. */
    public static void main(String[] arguments) throws IOException {
        long rows = Long.parseLong(arguments[0]);
        try (SparkSession spark = SparkSession.builder().appName("sums").getOrCreate()) {
            Dataset<Row> table = spark.range(0, rows, 1, PARTITIONS)
                .selectExpr("id", "id % 9973 AS bucket", "md5(CAST(id AS STRING)) AS hash")
                .persist(StorageLevel.OFF_HEAP());
            table.createOrReplaceTempView("t");
            print(spark.sql("SELECT count(*), count(DISTINCT hash), min(hash), max(hash), bit_xor(xxhash64(hash)) "
                + "FROM t"));
            print(spark.sql("SELECT bucket, count(*) AS n, bit_xor(xxhash64(id, hash)) FROM t GROUP BY bucket "
                + "ORDER BY n DESC, bucket LIMIT " + ROWS_SHOWN));
            print(spark.sql("SELECT /*+ MERGE(b) */ count(*), bit_xor(xxhash64(a.hash, b.id)) FROM t a JOIN t b "
                + "ON a.id = b.id * 2"));
            print(spark.sql("SELECT hash FROM t ORDER BY hash LIMIT " + ROWS_SHOWN));
        }
    }

    private static void print(Dataset<Row> result) {
        result.collectAsList().forEach(row -> System.out.println("row " + row));
    }
}
