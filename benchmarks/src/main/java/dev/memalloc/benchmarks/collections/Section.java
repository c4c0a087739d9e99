package dev.memalloc.benchmarks.collections;

import dev.memalloc.benchmarks.collections.Contestant.Maker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A part of the comparison: collections that do the same, and what is measured of each in a JVM of its own.
 *
 * @param <T> what the collections do
 * @param name what it is called on the command line
 * @param about what is measured
 * @param sizes how many elements, unless others are asked for
 * @param parallel whether it is done with several threads
 * @param contestants what is compared
 * @param preparation makes what all JVMs need
 * @param trial what is measured
 */
public record Section<T>(
    String name,
    String about,
    List<Integer> sizes,
    boolean parallel,
    List<Contestant<T>> contestants,
    Preparation preparation,
    Trial<T> trial) {

    private static final List<Integer> SIZES = List.of(2_000, 100_000, 1_000_000, 10_000_000);
    private static final int MILLION = 1_000_000;

    /** All of them. */
    public static final List<Section<?>> ALL = List.of(
        of("maps", "strings to strings: made keys of 12 bytes and values of 16", SIZES, StringMaps.ALL,
            (maker, setting, out) -> new MapTrial(new MadeEntries(setting.size()), maker, setting, out).run()),
        // There are fewer in a JDK 25.
        new Section<>("constants", "strings to strings: the texts in this JDK's classes to these",
            List.of(MILLION), false, StringMaps.ALL, Constants::prepare, (maker, setting, out) ->
                new MapTrial(Constants.read(setting.data(), setting.size()), maker, setting, out).run()),
        of("sweep", "memory for an entry of maps as they grow tenfold, at twelve sizes",
            List.of(10 * MILLION), StringMaps.REAL, SweepTrial::run),
        of("counting", "strings to counts: made keys of 12 bytes", SIZES, CountingMaps.ALL,
            (maker, setting, out) ->
                new CountingTrial(new MadeEntries(setting.size()), maker, setting.seconds(), out).run()),
        of("longs", "longs to longs", SIZES, LongMaps.ALL,
            (maker, setting, out) -> new LongTrial(setting.size(), maker, setting.seconds(), out).run()),
        new Section<>("concurrent", "strings to strings, by several threads", List.of(MILLION), true,
            StringMaps.CONCURRENT, directory -> { }, (maker, setting, out) -> new ConcurrentTrial(
                new MadeEntries(setting.size()), setting.threads(), maker, setting.seconds(), out).run()),
        of("arrays-bulk", "sum, fill, copy of ints", List.of(10 * MILLION), IntArrays.BULK,
            (maker, setting, out) -> new IntArrayTrial(setting.size(), maker, setting.seconds(), out).bulk()),
        of("arrays-random", "reading ints at random: 1 GiB", List.of(1 << 28), IntArrays.RANDOM,
            (maker, setting, out) -> new IntArrayTrial(setting.size(), maker, setting.seconds(), out).random()),
        of("arrays-append", "appending ints", List.of(500 * MILLION), IntLists.ALL, AppendTrial::run));

    /** Makes files that all JVMs of a section read. */
    interface Preparation {
        void prepare(Path directory) throws IOException;
    }

    /** Measures one collection. */
    interface Trial<T> {
        void run(Maker<T> maker, Setting setting, Consumer<Figure> out) throws Exception;
    }

    /**
     * The sections of that name, or whose names begin with it and a hyphen.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static List<Section<?>> named(String name) {
        List<Section<?>> sections = ALL.stream()
            .<Section<?>>filter(section -> section.name.equals(name) || section.name.startsWith(name + "-"))
            .toList();
        if (sections.isEmpty()) {
            throw new IllegalArgumentException("no section is called " + name + "; there are "
                + String.join(", ", ALL.stream().map(Section::name).toList()));
        }
        return sections;
    }

    /** Makes what the section's JVMs need. */
    public void prepare(Path directory) throws IOException {
        preparation.prepare(directory);
    }

    /**
     * Measures one of the contestants.
     *
     * @param out is given each figure at once
     * @throws IllegalStateException if it does not do what it should
     */
    public void run(String contestant, Setting setting, Consumer<Figure> out) throws Exception {
        Contestant<T> found = contestants.stream()
            .filter(one -> one.name().equals(contestant))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(name + " has no " + contestant));
        trial.run(found.maker(), setting, out);
    }

    private static <T> Section<T> of(
            String name, String about, List<Integer> sizes, List<Contestant<T>> contestants, Trial<T> trial) {
        return new Section<>(name, about, sizes, false, contestants, directory -> { }, trial);
    }
}
