package dev.memalloc.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The two programs of Lucene's demo, as they are: one indexes a folder of texts, the other searches it. The answer is
 * what was indexed, and for each query how many files were found, and which.
 *
 * <p>Neither asks for direct buffers: indexes are read through mapped files and written from the Java heap.
 *
 * @param name what it is called
 * @param texts what is indexed
 */
record LuceneDemo(String name, Texts texts) implements Program {
    private static final List<String> QUERIES = List.of(
        "warranty AND liability", "\"without fee\"", "direct AND buffer", "unicode", "copyright -oracle", "synchro*");
    private static final List<String> ARGUMENTS =
        List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector");
    private static final int HITS_MAX = 1000;

    @Override
    public String artifacts() {
        return "lucene";
    }

    @Override
    public String served() {
        return "";
    }

    @Override
    public Answer run(Jvms jvms) throws IOException, InterruptedException {
        Path folder = jvms.folder();
        texts.copyTo(folder.resolve("texts"));
        Files.write(folder.resolve("queries"), QUERIES);
        Jvm index = jvms.start("index", ARGUMENTS, "org.apache.lucene.demo.IndexFiles",
            List.of("-docs", "texts", "-index", "index"));
        List<String> answer = new ArrayList<>();
        String work = "";
        for (String line : index.end()) {
            if (line.startsWith("Indexed ")) {
                work = line;
                answer.add(line.replaceAll(" in \\d+ ms", ""));
            } else {
                answer.add(line);
            }
        }
        Jvm search = jvms.start("search", ARGUMENTS, "org.apache.lucene.demo.SearchFiles",
            List.of("-index", "index", "-queries", "queries", "-paging", Integer.toString(HITS_MAX)));
        // Files that match equally well are listed in the order of the index, which depends on how threads merged it.
        search.end().stream().map(line -> line.replaceFirst("^\\d+\\. ", "")).sorted().forEach(answer::add);
        return new Answer(answer, work);
    }
}
