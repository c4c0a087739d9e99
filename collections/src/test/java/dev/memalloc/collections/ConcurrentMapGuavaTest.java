package dev.memalloc.collections;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import dev.memalloc.Heap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import junit.framework.Test;
import junit.framework.TestSuite;
import org.junit.runner.RunWith;
import org.junit.runners.AllTests;

/** Guava's suite for concurrent maps, also with shards so small that they split all the time. */
@RunWith(AllTests.class)
public final class ConcurrentMapGuavaTest {
    private ConcurrentMapGuavaTest() {
    }

    /**
     * All tests of the suite.
     *
     * @return the suite
     */
    @SuppressWarnings("exports") // JUnit 3 wants a public method
    public static Test suite() {
        TestSuite suite = new TestSuite("Guava's tests of ConcurrentMap");
        List<StringTable.Sizes> small = List.of(new StringTable.Sizes(128, 1, 40, 1 << 20));
        suite.addTest(suite("ConcurrentOffHeapStringMap", ConcurrentOffHeapStringMap::new));
        suite.addTest(suite("ConcurrentOffHeapStringMap of one stripe, in small shards",
            heap -> new ConcurrentOffHeapStringMap(heap, small, 1)));
        suite.addTest(suite("ConcurrentOffHeapStringMap of two stripes, in small shards",
            heap -> new ConcurrentOffHeapStringMap(heap, small, 2)));
        suite.addTest(suite("OffHeapStringCache", heap -> OffHeapStringCache.builder().heap(heap)
            .maximumSize(1 << 20).maximumBytes(1 << 30)
            .expireAfterAccess(Duration.ofHours(1)).expireAfterWrite(Duration.ofHours(1)).build()));
        return suite;
    }

    private static Test suite(String name, Function<Heap, StripedStringMap> made) {
        Maps maps = new Maps(made);
        return ConcurrentMapTestSuiteBuilder.using(maps)
            .named(name)
            .withFeatures(
                CollectionSize.ANY,
                MapFeature.GENERAL_PURPOSE,
                CollectionFeature.SUPPORTS_ITERATOR_REMOVE)
            .withTearDown(maps::closeAll)
            .createTestSuite();
    }

    /**
     * Makes maps in one heap, which must be sound after each test, and empty. To see that takes a collection, which is
     * done after some of them.
     */
    private static final class Maps extends TestStringMapGenerator {
        private static final int TESTS_A_COLLECTION = 200;

        private final Function<Heap, StripedStringMap> made;
        private final Heap heap = new Heap();
        private final List<StripedStringMap> open = new ArrayList<>();
        private int tests;

        Maps(Function<Heap, StripedStringMap> made) {
            this.made = made;
        }

        @Override
        protected Map<String, String> create(Map.Entry<String, String>[] entries) {
            StripedStringMap map = made.apply(heap);
            open.add(map);
            for (Map.Entry<String, String> entry : entries) {
                map.put(entry.getKey(), entry.getValue());
            }
            return map;
        }

        void closeAll() {
            open.forEach(StripedStringMap::check);
            open.forEach(StripedStringMap::close);
            open.clear();
            heap.check();
            if (++tests % TESTS_A_COLLECTION == 0) {
                CheckedHeap.requireAllFreed(heap);
            }
        }
    }
}
