package dev.memalloc.collections;

import dev.memalloc.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;

/**
 * Which entries of a part of a cache are to go: W-TinyLFU (Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient
 * Cache Admission Policy", ACM TOS 2017).
 *
 * <pre>
 *           +--------+                     +------------------------------------+
 *           |        |  used longest ago   |  probation  --- used again --.     |
 *  new ---> | window | ------------------> |    |   ^                     v     |
 *           |        |                     |    |   '-- longest ago --- protected |
 *           +--------+                     +----|-------------------------------+
 *           1 of 100 at first                   '---> out, used longest ago
 * </pre>
 *
 * <p>What comes out of the window goes into probation while there is room. Else it takes the place of the entry there
 * whose use is longest ago, if it was used more often lately than that one; if not, it goes itself. So who is used
 * once, as in a scan, displaces nobody who is used often. Four fifths of the main part are for entries that were used
 * again there. Each of the three is in the order of use. The window becomes larger or smaller as that gets more hits
 * (Einziger, Eytan, Friedman, Manes, "Adaptive Software Cache Management", Middleware 2018), since some programs ask
 * for what is new, others for what is asked for often.
 *
 * <p>What the parts may have is counted in entries, or in bytes if those are limited. Not thread-safe, except for
 * {@link #isExpired} and {@link #touch}, which end and harm nobody, whatever other threads do.
 */
final class CachePolicy {
    /**
     * What a part of a cache may have.
     *
     * @param entries how many entries at most
     * @param bytes how many bytes of entries at most
     * @param afterWrite nanoseconds after which an entry expires that was not written; 0 is never
     * @param afterAccess nanoseconds after which an entry expires that was not used; 0 is never
     * @param ticker tells the time in nanoseconds
     */
    record Limits(long entries, long bytes, long afterWrite, long afterAccess, LongSupplier ticker) {
        boolean ofBytes() {
            return bytes < Long.MAX_VALUE;
        }

        boolean ofEntries() {
            return entries < Long.MAX_VALUE;
        }

        boolean expire() {
            return afterWrite > 0 || afterAccess > 0;
        }

        boolean bound() {
            return ofBytes() || ofEntries();
        }

        /** The present time; 0 if nothing expires. */
        long now() {
            return expire() ? ticker.getAsLong() : 0;
        }
    }

    private static final int WINDOW_PARTS = 100;
    private static final double PROTECTED = 0.8;
    /** After so many requests for each entry, the window becomes larger or smaller. */
    private static final int SAMPLE = 10;
    /** By how much, at first, of all that there may be; it decays from time to time. */
    private static final double STEP = 0.0625;
    private static final double STEP_DECAY = 0.98;
    /** The steps are as at first again once the rate of hits has changed by so much. */
    private static final double CHANGE_LARGE = 0.05;
    /** An access time is written again once it is older than this part of the time after which entries expire. */
    private static final int TOUCH_PARTS = 1024;
    private static final int NONE = 0;
    /** All entries, however many. */
    static final int ALL = Integer.MAX_VALUE;

    private final Limits limits;
    private final CacheNodes nodes;
    private final FrequencySketch sketch;
    private final long most;
    private long windowMax;
    private long protectedMax;
    private double step;
    private double rateBefore;
    private long hits;
    private long misses;
    private long entries;
    private long bytes;
    /** In entries or bytes, as the limits are. */
    private long window;
    private long protectedOnes;

    CachePolicy(Heap heap, Limits limits) {
        this.limits = limits;
        nodes = new CacheNodes(heap, limits.afterAccess > 0, limits.afterWrite > 0, limits.ofBytes());
        sketch = new FrequencySketch(heap);
        most = limits.ofBytes() ? limits.bytes : limits.entries;
        setWindow(most / WINDOW_PARTS);
        step = -STEP * most;
    }

    private void setWindow(double size) {
        windowMax = Math.clamp((long) size, 1, Math.max(1, (long) (most * PROTECTED)));
        protectedMax = (long) ((most - windowMax) * PROTECTED);
    }

    /** Tries whether a larger or a smaller window is better: goes on as long as the rate of hits rises, else back. */
    private void climb() {
        if (!limits.bound() || hits + misses < SAMPLE * entries) {
            return;
        }
        double rate = (double) hits / (hits + misses);
        double change = rate - rateBefore;
        double amount = change >= 0 ? step : -step;
        step = Math.abs(change) >= CHANGE_LARGE ? Math.copySign(STEP * most, amount) : amount * STEP_DECAY;
        rateBefore = rate;
        hits = 0;
        misses = 0;
        setWindow(windowMax + amount);
    }

    Limits limits() {
        return limits;
    }

    long entries() {
        return entries;
    }

    long sizeInBytes() {
        return nodes.sizeInBytes() + sketch.sizeInBytes();
    }

    /** Whether an entry's time is over. Any thread may ask; if the entry is another's by then, the answer is any. */
    boolean isExpired(int node, long now) {
        if (!limits.expire()) {
            return false;
        }
        Block block = nodes.block();
        boolean is = isExpired(block.bytes(), node, now);
        Reference.reachabilityFence(block);
        return is;
    }

    private boolean isExpired(MemorySegment memory, int node, long now) {
        return limits.afterWrite > 0 && now - nodes.writeTime(memory, node) >= limits.afterWrite
            || limits.afterAccess > 0 && now - nodes.accessTime(memory, node) >= limits.afterAccess;
    }

    /** Notes when an entry was used. Any thread may; if the entry is another's by then, that lives a little longer. */
    void touch(int node, long now) {
        if (limits.afterAccess == 0) {
            return;
        }
        Block block = nodes.block();
        MemorySegment memory = block.bytes();
        if (now - nodes.accessTime(memory, node) > limits.afterAccess / TOUCH_PARTS) {
            nodes.setAccessTime(memory, node, now);
        }
        Reference.reachabilityFence(block);
    }

    /** Sees to it that an entry can be added. Nothing has changed after an {@link OutOfMemoryError}. */
    void reserve() {
        nodes.reserve();
        if (limits.bound()) {
            sketch.reserve(entries + 1);
        }
    }

    /** A node for an entry that comes next. */
    int take(long hash) {
        Block block = nodes.block();
        int node = nodes.take(block.bytes(), hash);
        Reference.reachabilityFence(block);
        return node;
    }

    /** Takes a node back whose entry did not come. */
    void giveBack(int node) {
        Block block = nodes.block();
        nodes.giveBack(block.bytes(), node);
        Reference.reachabilityFence(block);
    }

    /** Adds an entry that has come. */
    void add(int node, long size, long now) {
        Block block = nodes.block();
        MemorySegment memory = block.bytes();
        if (limits.ofBytes()) {
            nodes.setBytes(memory, node, size);
        }
        setTimes(memory, node, now);
        entries++;
        bytes += limits.ofBytes() ? size : 0;
        nodes.enter(memory, node, CacheNodes.WINDOW);
        window += weight(memory, node);
        if (limits.afterWrite > 0) {
            nodes.enterWrites(memory, node);
        }
        sketch.count(nodes.hash(memory, node));
        misses++;
        climb();
        Reference.reachabilityFence(block);
    }

    /** Notes that an entry was given another value, and how many bytes it has now. */
    void update(int node, long size, long now) {
        Block block = nodes.block();
        MemorySegment memory = block.bytes();
        resize(memory, node, size);
        setTimes(memory, node, now);
        if (limits.afterWrite > 0) {
            nodes.leaveWrites(memory, node);
            nodes.enterWrites(memory, node);
        }
        use(memory, node);
        Reference.reachabilityFence(block);
    }

    /** Notes how many bytes an entry has now. */
    void resize(int node, long size) {
        Block block = nodes.block();
        resize(block.bytes(), node, size);
        Reference.reachabilityFence(block);
    }

    private void resize(MemorySegment memory, int node, long size) {
        if (limits.ofBytes()) {
            long more = size - nodes.bytes(memory, node);
            weigh(nodes.queue(memory, node), more);
            nodes.setBytes(memory, node, size);
            bytes += more;
        }
    }

    private void setTimes(MemorySegment memory, int node, long now) {
        if (limits.afterAccess > 0) {
            nodes.setAccessTime(memory, node, now);
        }
        if (limits.afterWrite > 0) {
            nodes.setWriteTime(memory, node, now);
        }
    }

    /** Notes that an entry was used: a number that was an entry's node, and may be another's by now or nobody's. */
    void use(int node) {
        Block block = nodes.block();
        MemorySegment memory = block.bytes();
        if (nodes.isEntry(memory, node)) {
            hits++;
            use(memory, node);
        }
        Reference.reachabilityFence(block);
    }

    private void use(MemorySegment memory, int node) {
        sketch.count(nodes.hash(memory, node));
        int queue = nodes.queue(memory, node);
        if (queue == CacheNodes.PROBATION && weight(memory, node) <= protectedMax) {
            move(memory, node, CacheNodes.PROTECTED);
            while (protectedOnes > protectedMax) {
                move(memory, nodes.oldest(memory, CacheNodes.PROTECTED), CacheNodes.PROBATION);
            }
        } else {
            move(memory, node, queue);
        }
    }

    /** Takes out an entry that has gone. */
    void remove(int node) {
        Block block = nodes.block();
        MemorySegment memory = block.bytes();
        long weight = weight(memory, node);
        weigh(nodes.queue(memory, node), -weight);
        nodes.leave(memory, node);
        if (limits.afterWrite > 0) {
            nodes.leaveWrites(memory, node);
        }
        entries--;
        bytes -= limits.ofBytes() ? weight : 0;
        nodes.giveBack(memory, node);
        Reference.reachabilityFence(block);
    }

    /**
     * Has entries taken out, by {@code evictor}, until the others are within the limits.
     *
     * @param changed the entry that was added or changed
     */
    void evict(int changed, IntConsumer evictor) {
        if (!limits.bound()) {
            return;
        }
        int candidate = NONE;
        Block block = nodes.block();
        MemorySegment memory = block.bytes();
        if (limits.ofBytes() && nodes.bytes(memory, changed) > limits.bytes) {
            evictor.accept(changed);
        }
        while (window > windowMax && !CacheNodes.isEnd(nodes.oldest(memory, CacheNodes.WINDOW))) {
            int oldest = nodes.oldest(memory, CacheNodes.WINDOW);
            move(memory, oldest, CacheNodes.PROBATION);
            candidate = candidate == NONE ? oldest : candidate;
        }
        while (entries > limits.entries || bytes > limits.bytes) {
            int victim = victim(memory);
            int loser = candidate != NONE && isRefused(memory, candidate, victim) ? candidate : victim;
            candidate = candidate == NONE ? NONE : nodes.previous(memory, candidate);
            candidate = CacheNodes.isEnd(candidate) ? NONE : candidate;
            evictor.accept(loser);
        }
        Reference.reachabilityFence(block);
    }

    private int victim(MemorySegment memory) {
        int victim = nodes.oldest(memory, CacheNodes.PROBATION);
        if (CacheNodes.isEnd(victim)) {
            victim = nodes.oldest(memory, CacheNodes.PROTECTED);
        }
        return CacheNodes.isEnd(victim) ? nodes.oldest(memory, CacheNodes.WINDOW) : victim;
    }

    private boolean isRefused(MemorySegment memory, int candidate, int victim) {
        return sketch.frequency(nodes.hash(memory, candidate)) <= sketch.frequency(nodes.hash(memory, victim));
    }

    /** Has entries taken out whose time is over: so many at most, or with {@link #ALL}, all that there are. */
    void expire(long now, int most, IntConsumer evictor) {
        if (!limits.expire() || entries == 0) {
            return;
        }
        Block block = nodes.block();
        MemorySegment memory = block.bytes();
        int left = most;
        for (int queue = CacheNodes.WINDOW; queue < CacheNodes.FREE && limits.afterAccess > 0; queue++) {
            left = expire(memory, queue, now, left, evictor);
        }
        if (limits.afterWrite > 0) {
            int oldest = nodes.oldestWrite(memory);
            for (; left > 0 && !CacheNodes.isEnd(oldest) && isExpired(memory, oldest, now); left--) {
                evictor.accept(oldest);
                oldest = nodes.oldestWrite(memory);
            }
        }
        Reference.reachabilityFence(block);
    }

    /**
     * The same in one queue, from its oldest entry on, as long as they have expired. One that has not, and the next one
     * has, was used, which was not noted: it goes to where it belongs. Returns how many more may be taken out.
     */
    private int expire(MemorySegment memory, int queue, long now, int most, IntConsumer evictor) {
        int left = most;
        int node = nodes.oldest(memory, queue);
        while (left > 0 && !CacheNodes.isEnd(node)) {
            int newer = nodes.previous(memory, node);
            if (isExpired(memory, node, now)) {
                evictor.accept(node);
                left -= most == ALL ? 0 : 1;
            } else if (most != ALL) {
                if (CacheNodes.isEnd(newer) || !isExpired(memory, newer, now)) {
                    break;
                }
                move(memory, node, queue);
            }
            node = newer;
        }
        return left;
    }

    /** The key's hash, but for the bits that name the stripe. */
    long hash(int node) {
        Block block = nodes.block();
        long hash = nodes.hash(block.bytes(), node);
        Reference.reachabilityFence(block);
        return hash;
    }

    /** Forgets all entries, and gives all memory back. */
    void clear() {
        entries = 0;
        bytes = 0;
        window = 0;
        protectedOnes = 0;
        nodes.free();
        sketch.free();
    }

    /** Verifies every invariant; throws {@link IllegalStateException} with the first that is broken. */
    void check(IntPredicate hasEntry) {
        if (nodes.sizeInBytes() == 0) {
            require(entries == 0, "an entry has a node");
            return;
        }
        Block block = nodes.block();
        MemorySegment memory = block.bytes();
        long[] weights = new long[CacheNodes.FREE];
        long sum = 0;
        for (int queue = 0; queue < CacheNodes.FREE; queue++) {
            for (int node = nodes.oldest(memory, queue); !CacheNodes.isEnd(node); node = nodes.previous(memory, node)) {
                require(nodes.queue(memory, node) == queue, "a node knows its queue");
                require(hasEntry.test(node), "a node and its entry find each other");
                weights[queue] += weight(memory, node);
                sum++;
            }
        }
        require(sum == entries, "each entry is in one queue");
        require(weights[CacheNodes.WINDOW] == window, "the policy knows what is in the window");
        require(weights[CacheNodes.PROTECTED] == protectedOnes, "the policy knows what is protected");
        require(!limits.ofBytes() || weights[0] + weights[1] + weights[2] == bytes, "the policy knows all bytes");
        if (limits.afterWrite > 0) {
            long writes = 0;
            for (int node = nodes.oldestWrite(memory); !CacheNodes.isEnd(node); node = nodes.newerWrite(memory, node)) {
                writes++;
            }
            require(writes == entries, "each entry is in the order of writes");
        }
        require(entries <= limits.entries && bytes <= limits.bytes || !limits.bound(), "the limits hold");
        Reference.reachabilityFence(block);
    }

    private static void require(boolean holds, String invariant) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + invariant);
        }
    }

    private void move(MemorySegment memory, int node, int queue) {
        long weight = weight(memory, node);
        weigh(nodes.queue(memory, node), -weight);
        nodes.leave(memory, node);
        nodes.enter(memory, node, queue);
        weigh(queue, weight);
    }

    private void weigh(int queue, long more) {
        if (queue == CacheNodes.WINDOW) {
            window += more;
        } else if (queue == CacheNodes.PROTECTED) {
            protectedOnes += more;
        }
    }

    private long weight(MemorySegment memory, int node) {
        return limits.ofBytes() ? nodes.bytes(memory, node) : 1;
    }
}
