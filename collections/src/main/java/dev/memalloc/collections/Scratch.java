package dev.memalloc.collections;

/**
 * A thread's buffers for the key and the value of the call that it is in. They are used only while no code of others
 * runs, which might call a collection as well.
 */
final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final Text key = new Text();
    final Text value = new Text();

    private Batch batch;

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
