package dev.memalloc.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.memalloc.Heap;
import dev.memalloc.Memory;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each method of a map of longs promises. */
class OffHeapLongLongMapTest {
    private static final long[] HARD = {0, 1, -1, 2, -2, Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE + 1, 1L << 32,
        0xFFFF_FFFFL, -1L << 32, 0x8000_0000L, 0x9E37_79B9_7F4A_7C15L};

    @RegisterExtension
    final CheckedHeap checked = new CheckedHeap();
    private final Heap heap = checked.heap();
    private final OffHeapLongLongMap map = new OffHeapLongLongMap(heap);

    @AfterEach
    void close() {
        map.check();
        map.close();
    }

    @Test
    void keysHaveValues() {
        assertThat(map.isEmpty()).isTrue();
        assertThat(map.get(1, -1)).isEqualTo(-1);
        assertThat(map.put(1, 10)).isTrue();
        assertThat(map.put(1, Long.MIN_VALUE)).isFalse();
        assertThat(map.get(1, -1)).isEqualTo(Long.MIN_VALUE);
        assertThat(map.containsKey(1)).isTrue();
        assertThat(map.containsKey(2)).isFalse();
        assertThat(map.putIfAbsent(1, 5)).isEqualTo(Long.MIN_VALUE);
        assertThat(map.putIfAbsent(2, 5)).isEqualTo(5);
        assertThat(map.size()).isEqualTo(2);
        assertThat(map.remove(1)).isTrue();
        assertThat(map.remove(1)).isFalse();
        assertThat(map.remove(2)).isTrue();
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void everyLongIsAKeyAndAValue() {
        for (long absent : HARD) {
            assertThat(map.containsKey(absent)).isFalse();
            assertThat(map.get(absent, 7)).isEqualTo(7);
        }
        for (int i = 0; i < HARD.length; i++) {
            assertThat(map.put(HARD[i], HARD[HARD.length - 1 - i])).isTrue();
            map.check();
        }
        assertThat(map.keys().sorted()).containsExactly(LongStream.of(HARD).sorted().boxed().toArray(Long[]::new));
        for (int i = 0; i < HARD.length; i++) {
            assertThat(map.get(HARD[i], 7)).isEqualTo(HARD[HARD.length - 1 - i]);
            assertThat(map.remove(HARD[i])).isTrue();
            assertThat(map.containsKey(HARD[i])).isFalse();
            map.check();
        }
        assertThat(map.isEmpty()).isTrue();
    }

    /** Free slots have a key that is not in the map: whichever it is, it can be put. */
    @Test
    void theKeyOfFreeSlotsIsAKeyAsWell() {
        LongHash known = new LongHash(1, 2, 3, 4);
        try (OffHeapLongLongMap other = new OffHeapLongLongMap(heap, LongTable.Sizes.DEFAULT, known)) {
            Map<Long, Long> model = new HashMap<>();
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 50; i++) {
                    long key = i == 0 ? 0 : known.of(i) + i * 0x9E37_79B9_7F4A_7C15L;
                    assertThat(other.containsKey(key)).isEqualTo(model.containsKey(key));
                    assertThat(other.addTo(key, i)).isEqualTo(model.merge(key, (long) i, Long::sum));
                    if (i % 3 == round) {
                        assertThat(other.remove(key / 3 * 3)).isEqualTo(model.remove(key / 3 * 3) != null);
                    }
                    other.check();
                    assertThat(contents(other)).isEqualTo(model);
                }
            }
        }
    }

    @Test
    void addingStartsFromZeroAndWraps() {
        assertThat(map.addTo(0, 5)).isEqualTo(5);
        assertThat(map.addTo(0, -7)).isEqualTo(-2);
        assertThat(map.addTo(1, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(map.addTo(1, 1)).isEqualTo(Long.MIN_VALUE);
        assertThat(map.addTo(2, 0)).isZero();
        assertThat(map.size()).isEqualTo(3);
    }

    @Test
    void mergingGivesTheFunctionTheOldValueFirst() {
        assertThat(map.merge(1, 5, (old, value) -> old - value)).isEqualTo(5);
        assertThat(map.merge(1, 3, (old, value) -> old - value)).isEqualTo(2);
        assertThat(map.get(1, 0)).isEqualTo(2);
        assertThatThrownBy(() -> map.merge(1, 3, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> map.merge(1, 3, (old, value) -> {
            throw new IllegalArgumentException();
        })).isInstanceOf(IllegalArgumentException.class);
        assertThat(map.get(1, 0)).isEqualTo(2);
    }

    @Test
    void aMergingFunctionMayUseTheMap() {
        map.put(1, 1);
        assertThat(map.merge(1, 2, (old, value) -> {
            for (int i = 2; i < 5000; i++) {
                map.put(i, i);
            }
            return old + value;
        })).isEqualTo(3);
        assertThat(map.merge(1, 2, (old, value) -> {
            map.remove(1);
            return old + value;
        })).isEqualTo(5);
        assertThat(map.get(1, 0)).isEqualTo(5);
        assertThat(map.size()).isEqualTo(4999);
    }

    @Test
    void iterationFailsFast() {
        map.put(1, 1);
        map.put(2, 2);
        assertThatThrownBy(() -> map.forEach((key, value) -> map.put(3, 3)))
            .isInstanceOf(ConcurrentModificationException.class);
        assertThatThrownBy(() -> map.keys().forEach(key -> map.remove(key)))
            .isInstanceOf(ConcurrentModificationException.class);
        Iterator<OffHeapLongLongMap.Entry> iterator = map.iterator();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        iterator.next();
        map.addTo(3, 1);
        map.remove(3);
        assertThatThrownBy(iterator::next).isInstanceOf(ConcurrentModificationException.class);
        assertThatThrownBy(iterator::remove).isInstanceOf(ConcurrentModificationException.class);
    }

    @Test
    void anotherValueIsNoChangeForIterators() {
        for (int i = 0; i < 10_000; i++) {
            map.put(i, i);
        }
        Set<Long> seen = new HashSet<>();
        for (OffHeapLongLongMap.Entry entry : map) {
            assertThat(seen.add(entry.key())).isTrue();
            map.put(entry.key(), -1);
            map.addTo(0, 1);
        }
        assertThat(seen).hasSize(10_000);
        map.forEach((key, value) -> map.put(key, 7));
        map.forEach((key, value) -> assertThat(value).isEqualTo(7));
    }

    @Test
    void anIteratorThatIsAtItsEndSaysSo() {
        map.put(1, 1);
        Iterator<OffHeapLongLongMap.Entry> iterator = map.iterator();
        iterator.next();
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        iterator.remove();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void removingByIteratorRemovesEachOnce() {
        for (int entries : new int[] {1, 7, 100, 30_000}) {
            for (int i = 0; i < entries; i++) {
                map.put(i, i);
            }
            long full = map.sizeInBytes();
            long seen = 0;
            for (Iterator<OffHeapLongLongMap.Entry> iterator = map.iterator(); iterator.hasNext();) {
                OffHeapLongLongMap.Entry entry = iterator.next();
                assertThat(entry.value()).isEqualTo(entry.key());
                seen++;
                if (entry.key() % 10 != 0) {
                    iterator.remove();
                }
            }
            map.check();
            assertThat(seen).isEqualTo(entries);
            assertThat(map.size()).isEqualTo((entries + 9) / 10);
            assertThat(map.keys().allMatch(key -> key % 10 == 0)).isTrue();
            if (entries == 30_000) {
                assertThat(map.sizeInBytes()).isLessThan(full / 3);
            }
            map.iterator().forEachRemaining(entry -> assertThat(map.containsKey(entry.key())).isTrue());
            for (Iterator<OffHeapLongLongMap.Entry> iterator = map.iterator(); iterator.hasNext();) {
                iterator.next();
                iterator.remove();
            }
            assertThat(heap.stats().bytesLive()).isZero();
        }
    }

    @Test
    void entriesWriteToTheMap() {
        map.put(1, 1);
        OffHeapLongLongMap.Entry entry = map.iterator().next();
        assertThat(entry.key()).isEqualTo(1);
        entry.setValue(7);
        assertThat(entry.value()).isEqualTo(7);
        assertThat(map.get(1, 0)).isEqualTo(7);
        assertThat(entry).hasToString("1=7");
        map.clear();
        assertThatThrownBy(() -> entry.setValue(8)).isInstanceOf(IllegalStateException.class);
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void keysAreAStreamThatBeginsWhenItIsUsed() {
        LongStream keys = map.keys();
        map.put(3, 1);
        map.put(5, 1);
        assertThat(keys.sum()).isEqualTo(8);
        assertThat(map.keys().count()).isEqualTo(2);
        map.remove(3);
        assertThat(map.keys().toArray()).containsExactly(5);
    }

    @Test
    void equalMapsHaveEqualEntries() {
        try (OffHeapLongLongMap other = new OffHeapLongLongMap(heap)) {
            assertThat(map.equals(other)).isTrue();
            map.put(1, 1);
            map.put(0, -2);
            other.put(0, -2);
            assertThat(map.equals(other)).isFalse();
            other.put(1, 2);
            assertThat(map.equals(other)).isFalse();
            other.put(1, 1);
            assertThat(map.equals(other)).isTrue();
            Map<Long, Long> model = Map.of(1L, 1L, 0L, -2L);
            assertThat(map.hashCode()).isEqualTo(other.hashCode()).isEqualTo(model.hashCode());
            other.remove(1);
            other.put(2, 1);
            assertThat(map.equals(other)).isFalse();
            assertThat(map.equals((Object) "a")).isFalse();
            assertThat(map.toString()).isIn("{1=1, 0=-2}", "{0=-2, 1=1}");
        }
    }

    @Test
    void anEmptyMapTakesNoMemoryAndASmallOneLittle() {
        assertThat(map.get(1, 2)).isEqualTo(2);
        assertThat(map.remove(1)).isFalse();
        assertThat(map.iterator().hasNext()).isFalse();
        map.clear();
        map.compact();
        assertThat(heap.stats().blocksLive()).isZero();
        assertThat(map.sizeInBytes()).isZero();
        map.put(0, 0);
        assertThat(heap.stats().bytesLive()).isLessThan(300);
        for (int i = 0; i < 10; i++) {
            map.put(i, i);
        }
        assertThat(heap.stats().bytesLive()).isLessThan(400);
    }

    @Test
    void clearingAndRemovingAllGiveMemoryBack() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10_000; i++) {
                map.put(i, i);
            }
            if (round == 0) {
                map.clear();
            } else {
                for (int i = 0; i < 10_000; i++) {
                    assertThat(map.remove(round == 1 ? i : 9_999 - i)).isTrue();
                }
            }
            assertThat(map.isEmpty()).isTrue();
            assertThat(map.containsKey(0)).isFalse();
            assertThat(heap.stats().bytesLive()).as("after round %d", round).isZero();
        }
    }

    @Test
    void removingMostGivesMostBackAndCompactingTheRest() {
        for (int i = 0; i < 100_000; i++) {
            map.put(i, i);
        }
        for (int i = 0; i < 100_000; i++) {
            if (i % 20 != 0) {
                map.remove(i);
            }
        }
        map.check();
        assertThat(map.size()).isEqualTo(5000);
        assertThat(map.sizeInBytes()).isLessThan(5000 * 40);
        map.compact();
        map.check();
        assertThat(map.sizeInBytes()).isLessThan(5000 * 21);
        for (int i = 0; i < 100_000; i++) {
            assertThat(map.get(i, -1)).isEqualTo(i % 20 == 0 ? i : -1);
        }
    }

    @Test
    void statisticsAddUp() {
        assertThat(map.statistics().sizeInBytes()).isZero();
        for (int i = 0; i < 50_000; i++) {
            map.put(i, i);
        }
        MapStatistics statistics = map.statistics();
        assertThat(statistics.entries()).isEqualTo(50_000);
        assertThat(statistics.entryBytes()).isEqualTo(50_000 * 16);
        assertThat(statistics.deadBytes()).isZero();
        assertThat(statistics.sizeInBytes()).isEqualTo(map.sizeInBytes())
            .isEqualTo(statistics.slots() * 16 + statistics.freeBytes());
        assertThat(statistics.load()).isBetween(0.8, 0.95);
        assertThat(statistics.shards()).isBetween(60, 80);
    }

    @Test
    void theProcessHeapIsTheDefault() {
        long before = Memory.stats().blocksLive();
        try (OffHeapLongLongMap other = new OffHeapLongLongMap()) {
            other.put(1, 1);
            assertThat(Memory.stats().blocksLive()).isGreaterThan(before);
        }
        assertThat(Memory.stats().blocksLive()).isEqualTo(before);
    }

    @Test
    void nullIsRefused() {
        assertThatThrownBy(() -> map.forEach((OffHeapLongLongMap.LongLongConsumer) null))
            .isInstanceOf(NullPointerException.class).hasMessage("action");
        assertThatThrownBy(() -> new OffHeapLongLongMap(null)).isInstanceOf(NullPointerException.class)
            .hasMessage("heap");
    }

    @Test
    void aClosedMap() {
        OffHeapLongLongMap closed = filled(heap);
        List<ThrowingCallable> uses = usesOfMemory(closed);
        closed.close();
        requireRefused(uses, "the map is closed");
        requireRefused(List.of(closed::size, closed::isEmpty, closed::sizeInBytes, closed::clear, closed::iterator,
            closed::statistics, closed::compact), "the map is closed");
        assertThat(closed.equals(closed)).isTrue();
        closed.close();
    }

    @Test
    @SuppressWarnings("try") // the heap is closed early on purpose
    void aMapWhoseHeapIsClosed() {
        try (Heap other = new Heap()) {
            OffHeapLongLongMap orphan = filled(other);
            List<ThrowingCallable> uses = usesOfMemory(orphan);
            other.close();
            requireRefused(uses, "the map's heap is closed");
            orphan.close();
            orphan.close();
        }
    }

    private static OffHeapLongLongMap filled(Heap heap) {
        OffHeapLongLongMap filled = new OffHeapLongLongMap(heap);
        filled.put(1, 2);
        filled.put(3, 4);
        return filled;
    }

    private static List<ThrowingCallable> usesOfMemory(OffHeapLongLongMap map) {
        Iterator<OffHeapLongLongMap.Entry> iterator = map.iterator();
        Iterator<OffHeapLongLongMap.Entry> removing = map.iterator();
        removing.next();
        OffHeapLongLongMap.Entry entry = map.iterator().next();
        LongStream keys = map.keys();
        return List.of(() -> map.get(1, 0), () -> map.containsKey(1), () -> map.put(1, 1), () -> map.put(5, 1),
            () -> map.putIfAbsent(1, 1), () -> map.addTo(1, 1), () -> map.merge(1, 1, Long::sum), () -> map.remove(1),
            () -> map.forEach((key, value) -> { }), map::hashCode, map::toString, iterator::next, removing::remove,
            () -> entry.setValue(2), () -> map.iterator().next(), () -> map.keys().sum(), keys::sum);
    }

    private static void requireRefused(List<ThrowingCallable> uses, String why) {
        for (int i = 0; i < uses.size(); i++) {
            assertThatThrownBy(uses.get(i)).as("use %d", i).isInstanceOf(IllegalStateException.class)
                .hasMessage(why);
        }
    }

    private static Map<Long, Long> contents(OffHeapLongLongMap map) {
        Map<Long, Long> contents = new HashMap<>();
        map.forEach((key, value) -> assertThat(contents.put(key, value)).isNull());
        return contents;
    }
}
