package dev.memalloc.agent.boot;

/** Whose memory is counted apart from others'. */
public enum Kind {
    /** {@code ByteBuffer.allocateDirect}; bytes are capacities. */
    DIRECT("direct buffers"),
    /** Segments of {@code java.lang.foreign.Arena}. */
    ARENA("segments of arenas"),
    /** What channels copy heap buffers to: buffers that the JVM keeps for each thread. */
    TEMPORARY("temporary buffers of channels"),
    /** {@code Unsafe.allocateMemory}, called by libraries or by the JDK itself. */
    UNSAFE("blocks of Unsafe");

    /** What there are many of. */
    public final String plural;

    Kind(String plural) {
        this.plural = plural;
    }
}
