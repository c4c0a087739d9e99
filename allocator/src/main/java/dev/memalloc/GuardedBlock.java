package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Set;

/**
 * A block with guards: bytes before and behind it that nobody may write, and a record of who allocated and freed it.
 *
 * <pre>
 *  base             address                 address + size        base + room
 *   +----------------+-----------------------+----------------------+
 *   | front guard    | the block             | rear guard           |
 *   +----------------+-----------------------+----------------------+
 * </pre>
 *
 * <p>While it waits in quarantine after it was freed, nobody may write to its bytes either, of which the first
 * {@link #FILL_MAX} are filled. Thread-safe; a block is freed once.
 */
final class GuardedBlock {
    /** The most bytes of a freed block that are filled, and verified. */
    private static final long FILL_MAX = 1L << 20;
    private static final byte GUARD = (byte) 0xB7;
    private static final byte FREED = (byte) 0xDF;
    private static final Throwable NOWHERE = new Throwable("freed, where is not known: the Java heap was full");
    private static final Set<String> INTERNAL = Set.of(GuardedBlock.class.getName(), Guards.class.getName(),
        Heap.class.getName(), Memory.class.getName());

    static {
        NOWHERE.setStackTrace(new StackTraceElement[0]);
    }

    final long base;
    final long room;
    final long address;
    final long size;
    /** {@link Quarantine}'s. */
    GuardedBlock nextInQuarantine;
    private final MemorySegment memory;
    private final Throwable allocated;
    private Throwable freed;
    /** Its memory is another's. */
    private boolean released;
    /** Whether damage was told: once is enough. */
    private boolean damageTold;

    /** Guards a block of {@code size} bytes in the {@code room} bytes from {@code base} on, for the current thread. */
    GuardedBlock(MemorySegment memory, long base, long room, long address, long size) {
        this.memory = memory;
        this.base = base;
        this.room = room;
        this.address = address;
        this.size = size;
        allocated = here("allocated");
        fill(base, address, GUARD);
        fill(address + size, base + room, GUARD);
    }

    boolean contains(long other) {
        return other >= base && other < base + room;
    }

    synchronized boolean isLive() {
        return freed == null;
    }

    /** Where it was allocated. */
    Throwable allocated() {
        return allocated;
    }

    /**
     * Makes it freed, by the current thread.
     *
     * @throws IllegalStateException if it is already
     */
    synchronized void free() {
        requireLive(address);
        Throwable here = hereIfPossible();
        fill(address, address + filled(), FREED);
        freed = here;
    }

    /** Runs what uses its bytes: it is not freed meanwhile, and so neither filled nor unmapped. */
    synchronized void whileLive(Runnable action) {
        requireLive(address);
        action.run();
    }

    /** Its memory is given back: nobody looks for damage any more. */
    synchronized void release() {
        released = true;
    }

    /**
     * Makes sure that it is the live block at that address.
     *
     * @throws IllegalStateException if it was freed already
     * @throws IllegalArgumentException if it begins at another address
     */
    synchronized void requireLive(long asked) {
        if (asked != address) {
            long inside = asked - address;
            throw told(Damage.notABlock(asked, "it is " + (inside < 0 ? -inside + " bytes before a " : inside
                + " bytes into a ") + (freed == null ? "live" : "free") + " block of " + size + " bytes"));
        }
        if (freed != null) {
            throw told(Damage.freedAlready(address));
        }
    }

    /** The exception if somebody wrote where nobody may, with the first such byte; null if not, or if it was told. */
    synchronized IllegalStateException damage() {
        String where = released || damageTold ? null : firstDamage();
        if (where == null) {
            return null;
        }
        damageTold = true;
        return told(Damage.overwritten(address, size, where));
    }

    private String firstDamage() {
        long at = firstOther(base, address, GUARD);
        if (at >= 0) {
            return address - at + " bytes before its start";
        }
        at = firstOther(address + size, base + room, GUARD);
        if (at >= 0) {
            return at - address - size + " bytes behind its end, at offset " + (at - address);
        }
        at = freed == null ? -1 : firstOther(address, address + filled(), FREED);
        return at < 0 ? null : at - address + " bytes into it, after it was freed";
    }

    /** What it is and who allocated it, for an exception about another block. */
    synchronized Throwable described(String what) {
        Throwable described = new Throwable(what + ": " + Damage.hex(address) + ", " + size + " bytes, "
            + (freed == null ? "live, " : "free, ") + allocated.getMessage());
        described.setStackTrace(allocated.getStackTrace());
        return described;
    }

    /** The exception, with who allocated and freed the block. */
    private <E extends RuntimeException> E told(E exception) {
        exception.addSuppressed(allocated);
        if (freed != null) {
            exception.addSuppressed(freed);
        }
        return exception;
    }

    /** Where the current thread calls from; the calls within the heap are no news. */
    private static Throwable here(String what) {
        Throwable here = new Throwable(what + " by thread \"" + Thread.currentThread().getName() + "\"");
        here.setStackTrace(Arrays.stream(here.getStackTrace())
            .dropWhile(frame -> INTERNAL.contains(frame.getClassName())).toArray(StackTraceElement[]::new));
        return here;
    }

    /** A free must not fail where the Java heap is full. */
    private static Throwable hereIfPossible() {
        try {
            return here("freed");
        } catch (VirtualMachineError e) {
            return NOWHERE;
        }
    }

    private long filled() {
        return Math.min(size, FILL_MAX);
    }

    private void fill(long from, long to, byte value) {
        RawMemory.fill(memory, from, to - from, value);
    }

    /** The first address whose byte is not {@code value}; -1 if there is none. */
    private long firstOther(long from, long to, byte value) {
        long word = (value & 0xFFL) * 0x0101010101010101L;
        long at = from;
        while (at < to) {
            if (to - at >= Long.BYTES && memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at) == word) {
                at += Long.BYTES;
            } else if (memory.get(ValueLayout.JAVA_BYTE, at) == value) {
                at++;
            } else {
                return at;
            }
        }
        return -1;
    }
}
