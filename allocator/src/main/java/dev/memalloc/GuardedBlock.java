package dev.memalloc;

import dev.memalloc.internal.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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
 * <p>It is live, then in quarantine, then released. While it waits in quarantine nobody may write to its bytes either,
 * of which the first {@link #FILL_MAX} are filled. What an Error interrupts is as if it had not begun. Thread-safe.
 */
final class GuardedBlock {
    /** The most bytes of a freed block that are filled, and verified. */
    private static final long FILL_MAX = 1L << 20;
    /** The same of the front guard, which is as large as the block's alignment. */
    private static final long FRONT_MAX = 4096;
    private static final byte GUARD = (byte) 0xB7;
    private static final byte FREED = (byte) 0xDF;

    /** In this order. */
    private enum State { LIVE, IN_QUARANTINE, RELEASED }

    final long base;
    final long room;
    final long address;
    final long size;
    /** {@link Quarantine}'s. */
    GuardedBlock nextInQuarantine;
    private final MemorySegment memory;
    private final CallSite allocated;
    private CallSite freed;
    private State state = State.LIVE;
    /** Whether damage was told: once is enough. */
    private boolean damageTold;

    /** Guards a block of {@code size} bytes in the {@code room} bytes from {@code base} on, for the current thread. */
    GuardedBlock(MemorySegment memory, long base, long room, long address, long size) {
        this.memory = memory;
        this.base = base;
        this.room = room;
        this.address = address;
        this.size = size;
        allocated = CallSite.here("allocated");
        fill(frontGuard(), address, GUARD);
        fill(address + size, base + room, GUARD);
    }

    boolean contains(long other) {
        return other >= base && other < base + room;
    }

    synchronized boolean isLive() {
        return state == State.LIVE;
    }

    synchronized boolean isReleased() {
        return state == State.RELEASED;
    }

    /** Where it was allocated. */
    CallSite allocated() {
        return allocated;
    }

    /**
     * Frees it: it is in quarantine then.
     *
     * @return the exception if somebody wrote to its guards, which is for the caller to throw; null if nobody did
     * @throws IllegalStateException if it was freed already
     */
    synchronized IllegalStateException free() {
        requireLive(address);
        IllegalStateException damage = damage();
        CallSite here = CallSite.hereIfPossible("freed");
        fill(address, address + filled(), FREED);
        freed = here;
        state = State.IN_QUARANTINE;
        return damage;
    }

    /** Runs what uses its bytes: it is not freed meanwhile, and so neither filled nor unmapped. */
    synchronized void whileLive(Runnable action) {
        requireLive(address);
        action.run();
    }

    /** Ends its quarantine, or begins it again if its memory could not be given back. */
    synchronized void setReleased(boolean released) {
        state = released ? State.RELEASED : State.IN_QUARANTINE;
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
                + " bytes into a ") + (isLive() ? "live" : "free") + " block of " + size + " bytes"));
        }
        if (!isLive()) {
            throw told(Damage.freedAlready(address));
        }
    }

    /** The exception if somebody wrote where nobody may, with the first such byte; null if not, or if it was told. */
    synchronized IllegalStateException damage() {
        String where = isReleased() || damageTold ? null : firstDamage();
        if (where == null) {
            return null;
        }
        IllegalStateException damage = told(Damage.overwritten(address, size, where));
        damageTold = true;
        return damage;
    }

    /** What it is and who allocated it, for an exception about another block. */
    synchronized Throwable described(String what) {
        return allocated.toThrowable(what + ": " + Damage.hex(address) + ", " + size + " bytes, "
            + (isLive() ? "live, " : "free, "));
    }

    private String firstDamage() {
        long at = firstOther(frontGuard(), address, GUARD);
        if (at >= 0) {
            return Holders.count(address - at, "byte") + " before its start";
        }
        at = firstOther(address + size, base + room, GUARD);
        if (at >= 0) {
            return Holders.count(at - address - size + 1, "byte") + " behind its end, at offset " + (at - address);
        }
        at = isLive() ? -1 : firstOther(address, address + filled(), FREED);
        return at < 0 ? null : "at offset " + (at - address) + ", after it was freed";
    }

    /** The exception, with who allocated and freed the block. */
    private <E extends RuntimeException> E told(E exception) {
        exception.addSuppressed(allocated.toThrowable(""));
        if (freed != null) {
            exception.addSuppressed(freed.toThrowable(""));
        }
        return exception;
    }

    private long frontGuard() {
        return Math.max(base, address - FRONT_MAX);
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
