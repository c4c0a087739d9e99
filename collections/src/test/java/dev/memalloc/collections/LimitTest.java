package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.HeapOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each allocation of a fixed sequence of changes fails in turn: the collection is as before, and nothing leaks. */
class LimitTest {
    private static final int ENTRIES = 400;
    /** Blocks have multiples of 16 bytes: a limit for each would take minutes. */
    private static final int STEP = 9 * 16;

    @Test
    void whereverAMapRunsOutOfMemoryItStaysAsItWas() {
        List<StringTable.Sizes> sizes = List.of(new StringTable.Sizes(128, 30, 2000, 100_000));
        long needed = fill(new Heap(), sizes);
        long differentEnds = 0;
        long last = -1;
        for (long limit = 0; limit < needed; limit += STEP) {
            long reached = fill(new Heap(HeapOptions.defaults().withLimit(limit)), sizes);
            assertThat(reached).isLessThanOrEqualTo(limit);
            differentEnds += reached == last ? 0 : 1;
            last = reached;
        }
        assertThat(differentEnds).as("the limit was met at many different allocations").isGreaterThan(100);
    }

    /** Puts, replaces and removes until all is done or memory is out; returns the most bytes that were live. */
    private static long fill(Heap heap, List<StringTable.Sizes> sizes) {
        SplittableRandom random = new SplittableRandom(1);
        Map<String, String> model = new HashMap<>();
        try (heap; OffHeapStringMap map = new OffHeapStringMap(heap, sizes)) {
            int failures = 0;
            for (int i = 0; i < ENTRIES && failures < 3; i++) {
                String key = "key " + random.nextInt(i + 1);
                String value = "v".repeat(random.nextInt(1 + i / 4));
                try {
                    if (i % 5 == 4) {
                        assertThat(map.remove(key)).isEqualTo(model.remove(key));
                    } else {
                        assertThat(map.put(key, value)).isEqualTo(model.get(key));
                        model.put(key, value);
                    }
                } catch (OutOfMemoryError e) {
                    failures++;
                    assertThat(e).hasMessageContaining("bytes asked for");
                    assertThat(heap.stats().bytesLive()).isLessThanOrEqualTo(heap.stats().limit());
                    map.check();
                    assertThat(map.equals(model)).as("nothing was changed at operation %d", i).isTrue();
                }
            }
            long reached = heap.stats().bytesPeak();
            assertThat(map.equals(model)).isTrue();
            map.clear();
            CheckedHeap.requireAllFreed(heap);
            return reached;
        }
    }

    @Test
    void aFullMapCanBeReadRemovedFromAndFilledAgain() {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(2 << 20));
                OffHeapStringMap map = new OffHeapStringMap(heap,
                    List.of(new StringTable.Sizes(128, 2000, 1 << 20, 1 << 30)))) {
            int first = fillUp(map, 0);
            assertThat(first).isGreaterThan(30_000);
            List<String> keys = new ArrayList<>(map.keySet());
            Collections.shuffle(keys);
            keys.subList(0, first / 2).forEach(key -> assertThat(map.remove(key)).isNotNull());
            map.check();
            int second = fillUp(map, first);
            assertThat(second).isGreaterThan(first / 4);
            assertThat(map).hasSize(first - first / 2 + second);
            for (String key : keys.subList(first / 2, first)) {
                assertThat(map.remove(key)).isEqualTo("value of " + key);
            }
            map.check();
            assertThat(map).hasSize(second);
            for (int i = first; i < first + second - 1000; i++) {
                assertThat(map.remove("key " + i)).isNotNull();
            }
            map.check();
            assertThat(heap.stats().bytesLive()).isLessThan(heap.stats().limit() / 2);
        }
    }

    private static int fillUp(OffHeapStringMap map, int from) {
        for (int i = from;; i++) {
            try {
                map.put("key " + i, "value of key " + i);
            } catch (OutOfMemoryError e) {
                assertThat(map.containsKey("key " + i)).isFalse();
                return i - from;
            }
        }
    }

    @Test
    void anArrayTakesAllThatItsLimitAllows() {
        long limit = 10_000_000;
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(limit));
                OffHeapIntArray array = new OffHeapIntArray(heap, 0)) {
            assertThatThrownBy(() -> {
                while (true) {
                    array.add(1);
                }
            }).isInstanceOf(OutOfMemoryError.class);
            assertThat(array.length() * Integer.BYTES).isBetween(limit - 4096, limit);
        }
    }

    @Test
    void aMapTakesMostOfWhatItsLimitAllows() {
        for (long limit : new long[] {1_000_000, 12_000_000, 30_000_000}) {
            try (Heap heap = new Heap(HeapOptions.defaults().withLimit(limit));
                    OffHeapStringMap map = new OffHeapStringMap(heap)) {
                int entries = fillUp(map, 0);
                assertThat(entries).as("of %d", limit).isGreaterThan((int) (limit / 44));
                assertThat(heap.stats().bytesLive()).as("of %d", limit)
                    .isGreaterThan(limit == 1_000_000 ? limit * 9 / 10 : limit * 19 / 20);
                assertThat(map).hasSize(entries);
                map.check();
            }
        }
    }

    @Test
    void aValueIsReplacedInTheRoomOfDeadEntries() {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(100_000));
                OffHeapStringMap map = new OffHeapStringMap(heap)) {
            int entries = fillUp(map, 0);
            map.remove("key 1");
            for (int i = 2; i < entries; i++) {
                map.put("key " + i, "value of key" + i % 10);
            }
            map.check();
        }
    }

    @Test
    void anIteratorThatIsInterruptedByAFailureGoesOn() {
        try (Heap heap = new Heap(HeapOptions.defaults().withLimit(100_000));
                OffHeapStringMap map = new OffHeapStringMap(heap)) {
            IntStream.range(0, 1000).forEach(i -> map.put("key " + i, ""));
            int seen = 0;
            for (Map.Entry<String, String> entry : map.entrySet()) {
                assertThatThrownBy(() -> entry.setValue("x".repeat(200_000))).isInstanceOf(OutOfMemoryError.class);
                assertThat(entry.getValue()).isEmpty();
                assertThat(map.get(entry.getKey())).isEmpty();
                seen++;
            }
            assertThat(seen).isEqualTo(1000);
        }
    }
}
