package dev.memalloc;

/** What is thrown at misuse. */
final class Damage {
    private Damage() {
    }

    static IllegalStateException ofSlot(long address) {
        return new IllegalStateException("damaged heap: the block at " + hex(address)
            + " was to be handed out, but is not as it was left; probably two threads freed it at the same moment");
    }

    static IllegalStateException freedAlready(long address) {
        return new IllegalStateException("the block at " + hex(address) + " was freed already");
    }

    static IllegalArgumentException notABlock(long address, String why) {
        return new IllegalArgumentException(hex(address) + " is not the address of a live block: " + why);
    }

    static IllegalStateException overwritten(long address, long size, String where) {
        return new IllegalStateException("damaged memory at the block " + hex(address) + " of " + size
            + " bytes: somebody wrote " + where);
    }

    static IllegalStateException closed() {
        return new IllegalStateException("the heap is closed");
    }

    static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
