package dev.memalloc.compatibility.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.misc.store.DirectIODirectory;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.FSDirectory;

/**
 * Indexes the files of a folder through Lucene's {@code DirectIODirectory}, merges everything, checks the index, and
 * searches it. Prints what was found, with scores. Lucene's own demo cannot be told which directory to use.
 */
public final class DirectIo {
    private static final double BUFFER_MIB = 1;
    private static final int HITS = 20;

    private DirectIo() {
    }

    /** Runs it: the folder of texts, an empty folder for the index, then the words to search. */
    public static void main(String[] arguments) throws IOException {
        Path texts = Path.of(arguments[0]);
        Path index = Path.of(arguments[1]);
        List<String> words = List.of(arguments).subList(2, arguments.length);
        try (DirectIODirectory directory =
                new DirectIODirectory(FSDirectory.open(index), DirectIODirectory.DEFAULT_MERGE_BUFFER_SIZE, 0)) {
            IndexWriterConfig config = new IndexWriterConfig(new StandardAnalyzer())
                .setRAMBufferSizeMB(BUFFER_MIB)
                .setMergeScheduler(new SerialMergeScheduler());
            try (IndexWriter writer = new IndexWriter(directory, config); Stream<Path> files = Files.walk(texts)) {
                files.filter(Files::isRegularFile).sorted().forEach(file -> add(writer, texts, file));
                writer.forceMerge(1);
            }
            try (CheckIndex check = new CheckIndex(directory)) {
                System.out.println("the index is clean: " + check.checkIndex().clean);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                System.out.println(reader.numDocs() + " files");
                IndexSearcher searcher = new IndexSearcher(reader);
                for (String word : words) {
                    search(searcher, word);
                }
            }
        }
    }

    private static void add(IndexWriter writer, Path texts, Path file) {
        try {
            Document document = new Document();
            document.add(new StringField("path", texts.relativize(file).toString(), Field.Store.YES));
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            document.add(new TextField("contents", text, Field.Store.YES));
            writer.addDocument(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void search(IndexSearcher searcher, String word) throws IOException {
        TopDocs found = searcher.search(new TermQuery(new Term("contents", word)), HITS);
        System.out.println(word + ": " + found.totalHits);
        for (ScoreDoc hit : found.scoreDocs) {
            System.out.println("  " + hit.score + " " + searcher.storedFields().document(hit.doc).get("path"));
        }
    }
}
