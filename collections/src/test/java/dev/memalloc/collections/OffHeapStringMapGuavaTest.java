package dev.memalloc.collections;

import com.google.common.collect.testing.MapTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import dev.memalloc.Heap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import junit.framework.Test;
import junit.framework.TestSuite;
import org.junit.runner.RunWith;
import org.junit.runners.AllTests;

/** Guava's suite for maps, with shards as they are, and with shards so small that they split all the time. */
@RunWith(AllTests.class)
public final class OffHeapStringMapGuavaTest {
    private OffHeapStringMapGuavaTest() {
    }

    /**
     * All tests of the suite.
     *
     * @return the suite
     */
    @SuppressWarnings("exports") // JUnit 3 wants a public method
    public static Test suite() {
        TestSuite suite = new TestSuite("Guava's tests of Map");
        suite.addTest(suite("OffHeapStringMap", StringTable.Sizes.DEFAULT));
        suite.addTest(suite("OffHeapStringMap of small shards", List.of(new StringTable.Sizes(128, 1, 40, 1 << 20))));
        return suite;
    }

    private static Test suite(String name, List<StringTable.Sizes> sizes) {
        Maps maps = new Maps(sizes);
        return MapTestSuiteBuilder.using(maps)
            .named(name)
            .withFeatures(
                CollectionSize.ANY,
                MapFeature.GENERAL_PURPOSE,
                MapFeature.FAILS_FAST_ON_CONCURRENT_MODIFICATION,
                CollectionFeature.SUPPORTS_ITERATOR_REMOVE)
            .withTearDown(maps::closeAll)
            .createTestSuite();
    }

    /** Makes maps in one heap, which must be empty and sound after each test. */
    private static final class Maps extends TestStringMapGenerator {
        private final List<StringTable.Sizes> sizes;
        private final Heap heap = new Heap();
        private final List<OffHeapStringMap> open = new ArrayList<>();

        Maps(List<StringTable.Sizes> sizes) {
            this.sizes = sizes;
        }

        @Override
        protected Map<String, String> create(Map.Entry<String, String>[] entries) {
            OffHeapStringMap map = new OffHeapStringMap(heap, sizes);
            open.add(map);
            for (Map.Entry<String, String> entry : entries) {
                map.put(entry.getKey(), entry.getValue());
            }
            return map;
        }

        void closeAll() {
            open.forEach(OffHeapStringMap::check);
            open.forEach(OffHeapStringMap::close);
            open.clear();
            CheckedHeap.requireAllFreed(heap);
        }
    }
}
