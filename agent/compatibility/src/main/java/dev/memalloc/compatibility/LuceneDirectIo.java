package dev.memalloc.compatibility;

import java.io.IOException;
import java.util.List;

/**
 * Lucene's {@code DirectIODirectory}, which merges an index through direct buffers past the page cache, with a class
 * of ours that gives it work. The answer is what was found, with scores.
 *
 * @param name what it is called
 * @param texts what is indexed
 */
record LuceneDirectIo(String name, Texts texts) implements Program {
    @Override
    public String artifacts() {
        return "lucene";
    }

    @Override
    public String served() {
        return "index";
    }

    @Override
    public Answer run(Jvms jvms) throws IOException, InterruptedException {
        texts.copyTo(jvms.folder().resolve("texts"));
        Jvm jvm = jvms.start("index",
            List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"),
            "dev.memalloc.compatibility.lucene.DirectIo",
            List.of("texts", "index", "warranty", "buffer", "unicode", "copyright", "licence", "thread"));
        List<String> answer = jvm.end();
        return new Answer(answer, answer.stream().filter(line -> line.endsWith(" files")).findFirst().orElse(""));
    }
}
