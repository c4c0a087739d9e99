package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Spliterator;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.arbitraries.IntegerArbitrary;
import net.jqwik.api.statistics.Statistics;

/** A collection, and one of the JDK to which the same is done, step by step. */
abstract class Model<S extends Model.Step> implements AutoCloseable {
    private static final int STEPS_MAX = 120;
    /** Far more than the collections need. */
    private static final long LIMIT = 4 << 20;
    private static final int ROOM_MAX = 2000;
    /** So often memory may be out: each time may take a garbage collection, if other threads may be reading. */
    private static final int FAILURES_MAX = 5;
    private static final int PLENTY = -1;

    /** One for many models, since the first use of memory takes the system longer than all that is done here. */
    private static Heap heap = newHeap();

    /** One thing that is done. */
    interface Step {
        /** About how many bytes the heap has left for it; {@link #PLENTY}, if as many as it takes. */
        int room();
    }

    interface Saving {
        void save(WritableByteChannel channel) throws IOException;
    }

    /** Does the same to both; if it throws {@link OutOfMemoryError}, both must still be the same. */
    abstract void apply(S step) throws IOException;

    abstract void requireSame();

    /** Closes the collection. */
    @Override
    public abstract void close();

    /** Takes the steps: both are the same after each, and nothing is left in the heap in the end. */
    static <S extends Step> void requireSame(Function<Heap, Model<S>> made, List<S> steps) throws IOException {
        boolean isDone = false;
        try {
            int failures = 0;
            try (Model<S> model = made.apply(heap)) {
                for (S step : steps) {
                    failures += model.step(step, failures < FAILURES_MAX) ? 0 : 1;
                }
                heap.check();
            }
            CheckedHeap.requireAllFreed(heap);
            isDone = true;
            Statistics.collect(failures > 0 ? "memory was out" : "memory sufficed");
            Statistics.coverage(checker -> checker.check("memory was out").percentage(percent -> percent >= 5));
        } finally {
            if (!isDone) { // something may be left in it
                heap.close();
                heap = newHeap();
            }
        }
    }

    private static Heap newHeap() {
        return new Heap(HeapOptions.defaults().withLimit(LIMIT));
    }

    /** Returns whether there was memory for the step. */
    private boolean step(S step, boolean mayFail) throws IOException {
        boolean isScarce = mayFail && step.room() != PLENTY;
        boolean isDone = false;
        List<Long> taken = isScarce ? takeAllBut(step.room()) : List.of();
        try {
            apply(step);
            isDone = true;
        } catch (OutOfMemoryError e) {
            assertThat(isScarce).as("memory is out only where it is scarce").isTrue();
        } finally {
            taken.forEach(heap::memfree);
        }
        requireSame();
        return isDone;
    }

    /** Allocates until there are no more bytes left than that, or a few more; returns what. */
    private static List<Long> takeAllBut(int room) {
        List<Long> taken = new ArrayList<>();
        try {
            while (left() - room >= 64) {
                taken.add(heap.memalloc((left() - room) * 7 / 8));
            }
        } catch (OutOfMemoryError e) { // what is left is in caches
            return taken;
        }
        return taken;
    }

    private static long left() {
        return LIMIT - heap.stats().bytesLive();
    }

    /** Lists of steps, of which many are long. */
    static <S> Arbitrary<List<S>> lists(Arbitrary<S> steps) {
        return steps.list().ofMaxSize(STEPS_MAX).withSizeDistribution(RandomDistribution.uniform());
    }

    static Arbitrary<Integer> rooms() {
        return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(PLENTY)), Tuple.of(1, numbers(ROOM_MAX)));
    }

    static IntegerArbitrary numbers(int max) {
        return Arbitraries.integers().between(0, max).withDistribution(RandomDistribution.uniform());
    }

    /** What comes from a channel to which something was saved. */
    static ReadableByteChannel saved(Saving saving) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        saving.save(Channels.newChannel(bytes));
        return Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray()));
    }

    /** The elements of the parts that a spliterator is split into, over and over, in the order of the parts. */
    static <T> List<T> split(Spliterator<T> rest) {
        List<T> elements = new ArrayList<>();
        Spliterator<T> first = rest.trySplit();
        if (first != null) {
            elements.addAll(split(first));
            elements.addAll(split(rest));
        } else {
            rest.forEachRemaining(elements::add);
        }
        return elements;
    }
}
