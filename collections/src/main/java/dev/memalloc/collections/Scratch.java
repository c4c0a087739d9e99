package dev.memalloc.collections;

/**
 * A thread's buffers for the key and the value of the call that it is in. They are used only while no code of others
 * runs, which might call a collection as well.
 */
final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final Text key = new Text();
    final Text value = new Text();
    /** The function of the user's that the thread is in, which a map has called while it holds a lock; or null. */
    Calling calling;

    private Batch batch;

    /**
     * A map that has called a function of the user's.
     *
     * @param map which one
     * @param outer in whose function that was; or null
     */
    record Calling(Object map, Calling outer) {
    }

    /**
     * Refuses a change of a map from within a function that the same map has called.
     *
     * @throws IllegalStateException if the thread is in one
     */
    void requireNotIn(Object map) {
        for (Calling in = calling; in != null; in = in.outer) {
            if (in.map == map) {
                throw new IllegalStateException("the map is being changed by a function that it has called itself");
            }
        }
    }

    /** For looking many keys up at once. */
    Batch batch() {
        if (batch == null) {
            batch = new Batch();
        }
        return batch;
    }

    static Scratch ofThread() {
        return OF_THREAD.get();
    }
}
