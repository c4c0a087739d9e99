package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.concurrent.atomic.LongAdder;

/**
 * A part of a cache: a stripe whose entries are some of those that were put into it.
 *
 * <pre>
 *  value   +---------------+----------------+
 *          | node's number | string's bytes |
 *          +---------------+----------------+
 *          4 bytes
 * </pre>
 *
 * <p>Who reads an entry notes its node in a small ring, without a lock: some of what is noted at the same moment gets
 * lost. Who changes the stripe, or fills the ring, tells the policy what is in it.
 */
final class CacheStripe extends Stripe {
    private static final VarHandle READS;
    private static final int PREFIX = Integer.BYTES;
    /** A power of two. */
    private static final int RING = 16;
    /** Of those that have expired, how many go at each change. */
    private static final int EXPIRED_AT_ONCE = 16;
    /** Bytes that the policy keeps though there is no entry. */
    private static final long KEPT_EMPTY = 16 << 10;

    static {
        try {
            READS = MethodHandles.lookup().findVarHandle(CacheStripe.class, "reads", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * What the stripes of a cache have in common.
     *
     * @param listener who is told of what is evicted; or null
     * @param hits counts what was looked up and there; or null
     * @param misses counts what was not there; or null
     */
    record Shared(OffHeapStringCache.EvictionListener listener, LongAdder hits, LongAdder misses) {
    }

    private final CachePolicy policy;
    private final CachePolicy.Limits limits;
    private final Shared shared;
    private final int[] ring = new int[RING];
    /** How often something was noted in the ring, and how often when it was last emptied. */
    private int reads;
    private int readsTold;
    /** The node of the entry that is being changed. */
    private int present;
    /** When who has the lock began to change something. */
    private long now;
    private long evictions;
    private long expirations;

    CacheStripe(Heap heap, StringHash hash, CachePolicy.Limits limits, Shared shared) {
        super(heap, StringTable.Sizes.DEFAULT, hash);
        this.limits = limits;
        this.shared = shared;
        policy = new CachePolicy(heap, limits);
    }

    long evictions() {
        VarHandle.acquireFence();
        return evictions;
    }

    long expirations() {
        VarHandle.acquireFence();
        return expirations;
    }

    /** Does what is due, of which changes do some each time. */
    void cleanUp() {
        lock();
        try {
            StackRoom.require();
            now = limits.now();
            tellPolicy();
            expire(CachePolicy.ALL);
            shrinkIfEmpty();
        } finally {
            unlock();
        }
    }

    @Override
    boolean valuesTell() {
        return limits.expire();
    }

    @Override
    boolean isThere(Text value) {
        return !policy.isExpired(value.half(0), limits.now());
    }

    @Override
    String string(Text value) {
        return value.toString(PREFIX);
    }

    @Override
    void noteUse(boolean wasThere, Text value) {
        if (shared.hits != null) {
            (wasThere ? shared.hits : shared.misses).increment();
        }
        if (!wasThere) {
            return;
        }
        int node = value.half(0);
        try {
            policy.touch(node, limits.now());
        } catch (RuntimeException e) {
            return; // it has gone meanwhile
        }
        int noted = (int) READS.getOpaque(this);
        if (noted != readsTold && ring[noted - 1 & RING - 1] == node) {
            return; // one that is read all the time is not written here each time
        }
        ring[noted & RING - 1] = node;
        READS.setRelease(this, noted + 1);
        if ((noted & RING - 1) == RING - 1) {
            tryToTellPolicy();
        }
    }

    /** Unless the stripe is being changed, or the stack near its end: then who changes it next does. */
    private void tryToTellPolicy() {
        try {
            StackRoom.require();
        } catch (StackOverflowError e) {
            return;
        }
        if (lock.tryLock()) {
            try {
                tellPolicy();
            } finally {
                lock.unlock();
            }
        }
    }

    private void tellPolicy() {
        int to = (int) READS.getAcquire(this);
        int noted = Math.clamp(to - readsTold, 0, RING); // who was slow may have set the number back
        for (int i = to - noted; i != to; i++) {
            policy.use(ring[i & RING - 1]);
        }
        readsTold = to;
    }

    @Override
    void begin(Scratch scratch) {
        StackRoom.require();
        now = limits.now();
        tellPolicy();
        expire(EXPIRED_AT_ONCE);
        shrinkIfEmpty();
    }

    private void shrinkIfEmpty() {
        if (policy.entries() == 0 && policy.sizeInBytes() > KEPT_EMPTY) {
            change(changed -> policy.clear());
        }
    }

    private void expire(int most) {
        policy.expire(now, most, node ->
            change(changed -> evict(node, OffHeapStringCache.Cause.EXPIRED)));
    }

    @Override
    String value(long place, long hash, Scratch scratch) {
        table.readValue(place, scratch.value);
        present = scratch.value.half(0);
        if (policy.isExpired(present, now)) {
            change(changed -> evict(present, OffHeapStringCache.Cause.EXPIRED));
            return null;
        }
        return string(scratch.value);
    }

    @Override
    void leave(String value, Scratch scratch) {
        if (value != null) {
            policy.touch(present, now);
            policy.use(present);
        }
    }

    @Override
    void insert(long hash, Scratch scratch) {
        policy.reserve();
        int node = policy.take(hash);
        boolean isThere = false;
        try {
            setPrefix(scratch.value, node);
            super.insert(hash, scratch);
            isThere = true;
        } finally {
            if (isThere || table.findInt(hash, node) >= 0) {
                policy.add(node, table.sizeOf(scratch.key, scratch.value), now);
            } else {
                policy.giveBack(node);
            }
        }
        evictOthers(node);
    }

    @Override
    void replace(long place, long hash, Scratch scratch) {
        int node = present;
        boolean isDone = false;
        try {
            setPrefix(scratch.value, node);
            super.replace(place, hash, scratch);
            isDone = true;
        } finally {
            if (!isDone) {
                policy.resize(node, table.sizeAt(table.findInt(hash, node)));
            }
        }
        policy.update(node, table.sizeOf(scratch.key, scratch.value), now);
        evictOthers(node);
    }

    @Override
    void remove(long place, long hash, Scratch scratch) {
        remove(place, hash, present);
    }

    private void remove(long place, long hash, int node) {
        boolean isGone = false;
        try {
            table.removeFound(place, hash);
            isGone = true;
        } finally {
            if (isGone || table.findInt(hash, node) < 0) {
                policy.remove(node);
            }
        }
    }

    private static void setPrefix(Text value, int node) {
        value.prepend(PREFIX);
        value.setInt(0, node);
    }

    private void evictOthers(int changed) {
        try {
            policy.evict(changed, node -> evict(node, OffHeapStringCache.Cause.SIZE));
        } catch (OutOfMemoryError e) {
            // the Java heap has no room to tell of it: the next change evicts
        }
    }

    private void evict(int node, OffHeapStringCache.Cause cause) {
        long hash = policy.hash(node);
        long place = table.findInt(hash, node);
        if (shared.listener != null) {
            Text text = Scratch.ofThread().value;
            String key = table.key(place, text);
            table.readValue(place, text);
            String value = string(text);
            if (afterwards == null) {
                afterwards = new ArrayList<>();
            }
            afterwards.add(() -> shared.listener.evicted(key, value, cause));
        }
        remove(place, hash, node);
        if (cause == OffHeapStringCache.Cause.SIZE) {
            evictions++;
        } else {
            expirations++;
        }
    }

    @Override
    void emptied() {
        policy.clear();
    }

    @Override
    long otherBytes() {
        return policy.sizeInBytes();
    }

    @Override
    void check() {
        super.check();
        changeLocked(changed -> {
            if (changed.size() != policy.entries()) {
                throw new IllegalStateException("broken invariant: each entry has a node");
            }
            policy.check(node -> changed.size() > 0 && changed.findInt(policy.hash(node), node) >= 0);
        });
    }
}
