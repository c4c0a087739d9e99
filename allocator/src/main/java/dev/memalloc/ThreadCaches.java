package dev.memalloc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The caches of a heap, and which thread has which.
 *
 * <p>A platform thread finds its own by its id, in one of two places of a table, without a lock. It gets one at its
 * first use: that of a thread that has ended, with what is in it, or a new one, of the shard that has the fewest
 * running threads. Threads whose two places are taken, or for whom the heap's limit leaves no room, and virtual
 * threads, of which there may be millions, share a few caches, each under its lock.
 *
 * <p>The table keeps no thread from being collected. A place in it changes under this object's lock only, from
 * nobody's or an ended thread's cache to another thread's, or to nobody's. So what a thread finds there was put there
 * by itself, or is not its own.
 *
 * <p>Where memory is short, a running thread's cache is flushed by another: it is taken out of the table, the thread is
 * stopped for a moment ({@link Handshake}), and if it was not in the middle of using the cache, it will look for it in
 * the table before it does. That is why the table is read opaquely: the JIT must not keep what it read.
 *
 * @param limit the heap's, in bytes
 * @param shards how many there are to choose from
 * @param most how many caches threads may have to themselves: what they can hold is little beside the limit
 * @param made how many there are
 * @param places the table
 * @param shared the caches that are for many threads
 */
record ThreadCaches(
        long limit, int shards, long most, AtomicInteger made, ThreadCache[] places, ThreadCache[] shared) {
    private static final int PLACES_LOG2 = 10;
    private static final int PLACES = 1 << PLACES_LOG2;
    /** Caches that cannot be flushed by others may hold that part of the heap's limit at most. */
    private static final int LIMIT_SHARE = 8;
    private static final int NONE = -1;
    private static final ThreadCache NOBODYS = ThreadCache.empty(null, 0, 0);
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(ThreadCache[].class);

    static ThreadCaches of(long limit, int shards) {
        ThreadCache[] places = new ThreadCache[PLACES];
        Arrays.fill(places, NOBODYS);
        ThreadCache[] shared = new ThreadCache[2 * Runtime.getRuntime().availableProcessors()];
        for (int i = 0; i < shared.length; i++) {
            shared[i] = ThreadCache.empty(null, i % shards, limit);
        }
        long most = limit / LIMIT_SHARE / shared[0].capacity();
        return new ThreadCaches(limit, shards, most, new AtomicInteger(), places, shared);
    }

    /** The cache that the current thread has to itself; null if it has none, or none yet. */
    ThreadCache own() {
        ThreadCache first = quick();
        if (first != null) {
            return first;
        }
        long id = Thread.currentThread().threadId();
        ThreadCache second = at(secondPlace(id));
        return second.ownerId == id ? second : null;
    }

    /** The same if it is in the first of the thread's two places, where it mostly is; else null. */
    ThreadCache quick() {
        long id = Thread.currentThread().threadId();
        ThreadCache first = at((int) id & PLACES - 1);
        return first.ownerId == id ? first : null;
    }

    /** The current thread's cache, a new one if it has none and there is room for more; null if it has to share. */
    ThreadCache ownOrNew() {
        ThreadCache own = own();
        return own == null && made.get() < most ? claim() : own;
    }

    /**
     * The current thread's cache; if it has none, a new one, or that of a thread that has ended. Null if it has to
     * share. That takes a walk through the table, and its lock, so a thread that shares asks for it seldom.
     */
    ThreadCache claim() {
        ThreadCache own = own();
        if (own != null || Thread.currentThread().isVirtual()) {
            return own;
        }
        try {
            return claim(Thread.currentThread());
        } catch (VirtualMachineError e) {
            // The Java heap is full, or the stack: to free a block is possible nevertheless.
            return null;
        }
    }

    private synchronized ThreadCache claim(Thread thread) {
        ThreadCache own = own();
        if (own != null) {
            // It was out of the table for a moment.
            return own;
        }
        int place = (int) thread.threadId() & PLACES - 1;
        if (!places[place].isAbandoned()) {
            place = secondPlace(thread.threadId());
        }
        if (!places[place].isAbandoned()) {
            return null;
        }
        boolean vacant = places[place] == NOBODYS;
        int[] running = new int[shards];
        int[] abandoned = new int[shards];
        Arrays.fill(abandoned, NONE);
        int from = vacant ? NONE : place;
        for (int i = 0; i < PLACES; i++) {
            ThreadCache cache = places[i];
            if (cache != NOBODYS && !cache.isAbandoned()) {
                running[cache.shard]++;
            } else if (cache != NOBODYS) {
                abandoned[cache.shard] = i;
                from = from == NONE ? i : from;
            }
        }
        int shard = idlest(running);
        if (abandoned[shard] != NONE) {
            from = abandoned[shard];
        } else if (vacant && made.get() < most) {
            ThreadCache fresh = ThreadCache.empty(thread, shard, limit);
            made.incrementAndGet();
            places[place] = fresh;
            return fresh;
        }
        if (from == NONE) {
            return null;
        }
        ThreadCache adopted = places[from].adoptedBy(thread);
        places[from] = places[place];
        places[place] = adopted;
        return adopted;
    }

    /** The shard that fewest running threads are filled from. */
    private static int idlest(int[] running) {
        int idlest = 0;
        for (int shard = 1; shard < running.length; shard++) {
            idlest = running[shard] < running[idlest] ? shard : idlest;
        }
        return idlest;
    }

    /** The cache that the current thread shares with others: to be used under its lock. */
    ThreadCache ofMany() {
        return shared[(int) Long.remainderUnsigned(Thread.currentThread().threadId(), shared.length)];
    }

    /** Gives back what is in all caches that no running thread has to itself. */
    synchronized void flushIdle(SizeClasses classes) {
        for (ThreadCache cache : places) {
            if (cache != NOBODYS && cache.isAbandoned()) {
                cache.flush(classes);
            }
        }
        for (ThreadCache cache : shared) {
            synchronized (cache) {
                cache.flush(classes);
            }
        }
    }

    /** Gives back what is in other running threads' caches, but for those that are being used at this moment. */
    synchronized void flushRunning(SizeClasses classes) {
        for (int i = 0; i < PLACES; i++) {
            ThreadCache cache = places[i];
            Thread owner = cache.owner();
            if (owner != null && owner != Thread.currentThread() && cache.slots() > 0) {
                PLACE.setVolatile(places, i, NOBODYS);
                try {
                    if (Handshake.isOutside(owner, Slots.class)) {
                        cache.flush(classes);
                    }
                } finally {
                    PLACE.setVolatile(places, i, cache);
                }
            }
        }
    }

    /** How many slots are in all caches; while threads run, about as many. */
    long count() {
        return sum(ThreadCache::slots);
    }

    /** How many bytes the slots in all caches have; while threads run, about as many. */
    long bytes() {
        return sum(ThreadCache::bytes);
    }

    private long sum(ToLongFunction<ThreadCache> figure) {
        return Stream.concat(Arrays.stream(places), Arrays.stream(shared))
            .filter(cache -> cache != NOBODYS)
            .mapToLong(figure)
            .sum();
    }

    /** Threads have no cache any more; one that is claimed from now on stays empty. */
    synchronized void close() {
        Arrays.fill(places, NOBODYS);
    }

    private ThreadCache at(int place) {
        return (ThreadCache) PLACE.getOpaque(places, place);
    }

    /** Multiplicative hashing: Knuth, The Art of Computer Programming 3, 6.4. */
    private static int secondPlace(long id) {
        return (int) (id * 0x9E3779B97F4A7C15L >>> 64 - PLACES_LOG2);
    }
}
