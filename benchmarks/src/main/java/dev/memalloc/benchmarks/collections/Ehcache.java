package dev.memalloc.benchmarks.collections;

import org.ehcache.shadow.org.terracotta.offheapstore.buffersource.OffHeapBufferSource;
import org.ehcache.shadow.org.terracotta.offheapstore.concurrent.ConcurrentOffHeapHashMap;
import org.ehcache.shadow.org.terracotta.offheapstore.paging.PageSource;
import org.ehcache.shadow.org.terracotta.offheapstore.paging.UnlimitedPageSource;
import org.ehcache.shadow.org.terracotta.offheapstore.storage.OffHeapBufferStorageEngine;
import org.ehcache.shadow.org.terracotta.offheapstore.storage.PointerSize;
import org.ehcache.shadow.org.terracotta.offheapstore.storage.portability.StringPortability;

/** The store that Ehcache keeps its off-heap tier in; pages double from 4 KiB to 1 MiB. */
final class Ehcache extends NativeMap {
    private static final int PAGE_MIN = 4 << 10;
    private static final int PAGE_MAX = 1 << 20;

    Ehcache() {
        this(map());
    }

    private Ehcache(ConcurrentOffHeapHashMap<String, String> map) {
        super(map, map::getAllocatedMemory, map::destroy);
    }

    private static ConcurrentOffHeapHashMap<String, String> map() {
        PageSource pages = new UnlimitedPageSource(new OffHeapBufferSource());
        return new ConcurrentOffHeapHashMap<>(pages, OffHeapBufferStorageEngine.createFactory(PointerSize.INT, pages,
            PAGE_MIN, PAGE_MAX, StringPortability.INSTANCE, StringPortability.INSTANCE, false, false));
    }
}
