package dev.memalloc.compatibility;

import java.io.IOException;

/** A program of others, and the work that it is given. */
interface Program {
    /** What it is called on the command line and in tables. */
    String name();

    /** The folder below {@code programs} whose pom names its artifacts. */
    String artifacts();

    /**
     * Does the work once, and waits for the end of all JVMs that it starts.
     *
     * @throws IOException also if the program failed; the message says how
     */
    Answer run(Jvms jvms) throws IOException, InterruptedException;

    /** The JVM that allocates direct buffers in the work, by default: the agent has to have served some there. */
    String served();
}
