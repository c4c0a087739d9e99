package dev.memalloc;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The caches of a heap, and which thread has which.
 *
 * <p>A platform thread finds its own by its id, in one of two places of a table, without a lock. It gets one at its
 * first use: a new one, or that of a thread that has ended, with what is in it. Threads whose two places are taken,
 * and virtual threads, of which there may be millions, share a few caches, each under its lock.
 *
 * <p>The table keeps no thread from being collected. A place in it changes under this object's lock only, from
 * nobody's or an ended thread's cache to another thread's. So what a thread finds there was put there by itself, or is
 * not its own.
 */
final class ThreadCaches {
    private static final int PLACES_LOG2 = 10;
    private static final int PLACES = 1 << PLACES_LOG2;
    private static final ThreadCache NOBODYS = ThreadCache.empty(null, 0);

    private final long limit;
    private final ThreadCache[] places = new ThreadCache[PLACES];
    private final ThreadCache[] shared = new ThreadCache[2 * Runtime.getRuntime().availableProcessors()];
    private boolean closed;

    ThreadCaches(long limit) {
        this.limit = limit;
        Arrays.fill(places, NOBODYS);
        Arrays.setAll(shared, i -> ThreadCache.empty(null, limit));
    }

    /** The cache that the current thread has to itself; null if it has none, or none yet. */
    ThreadCache own() {
        long id = Thread.currentThread().threadId();
        ThreadCache cache = places[(int) id & PLACES - 1];
        if (cache.ownerId == id) {
            return cache;
        }
        cache = places[secondPlace(id)];
        return cache.ownerId == id ? cache : null;
    }

    /** The current thread's cache, a new one if it has none; null if it has to share. */
    ThreadCache claim() {
        ThreadCache own = own();
        return own != null || Thread.currentThread().isVirtual() ? own : claim(Thread.currentThread());
    }

    private synchronized ThreadCache claim(Thread thread) {
        if (closed) {
            return null;
        }
        int place = (int) thread.threadId() & PLACES - 1;
        if (!places[place].isAbandoned()) {
            place = secondPlace(thread.threadId());
        }
        ThreadCache there = places[place];
        if (!there.isAbandoned()) {
            return null;
        }
        places[place] = there == NOBODYS ? ThreadCache.empty(thread, limit) : there.adoptedBy(thread);
        return places[place];
    }

    /** The cache that the current thread shares with others: to be used under its lock. */
    ThreadCache shared() {
        return shared[(int) Thread.currentThread().threadId() % shared.length];
    }

    /** Passes all caches that nobody uses at the moment to {@code action}, each under its lock. */
    synchronized void forEachIdle(Consumer<ThreadCache> action) {
        for (ThreadCache cache : places) {
            if (cache != NOBODYS && cache.isAbandoned()) {
                action.accept(cache);
            }
        }
        for (ThreadCache cache : shared) {
            synchronized (cache) {
                action.accept(cache);
            }
        }
    }

    /** How many slots of each class are in all caches; while threads run, about as many. */
    long[] count() {
        long[] counts = new long[SizeClass.COUNT + 1];
        for (ThreadCache cache : places) {
            if (cache != NOBODYS) {
                cache.addTo(counts);
            }
        }
        for (ThreadCache cache : shared) {
            cache.addTo(counts);
        }
        return counts;
    }

    /** No thread has a cache of its own from now on. */
    synchronized void close() {
        closed = true;
        Arrays.fill(places, NOBODYS);
    }

    /** Multiplicative hashing: Knuth, The Art of Computer Programming 3, 6.4. */
    private static int secondPlace(long id) {
        return (int) (id * 0x9E3779B97F4A7C15L >>> 64 - PLACES_LOG2);
    }
}
