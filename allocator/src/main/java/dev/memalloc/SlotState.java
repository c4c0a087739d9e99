package dev.memalloc;

/** What a slot is, one byte for each, kept apart from the slots where no write beyond a block can reach it. */
final class SlotState {
    /** In no use: its memory may be given back. What was never used is free as well. */
    static final byte FREE = 0;
    /** Handed out. */
    static final byte LIVE = 1;
    /** In a cache, to be handed out next. */
    static final byte CACHED = 2;

    /** Handed out, for a guarded block, which begins behind it. */
    static final byte GUARDED = 3;

    private SlotState() {
    }
}
