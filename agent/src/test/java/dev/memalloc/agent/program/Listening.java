package dev.memalloc.agent.program;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/**
 * Does what it is told on stdin, and answers each line with one.
 *
 * <p>{@code allocate n} keeps a buffer; {@code drop} forgets them all and waits for the direct memory to be freed;
 * {@code pool}, {@code agent attribute} print figures; {@code use-library} loads the allocator.
 */
public final class Listening {
    private Listening() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        List<ByteBuffer> buffers = new ArrayList<>();
        System.out.println(ProcessHandle.current().pid());
        Scanner in = new Scanner(System.in);
        while (in.hasNextLine()) {
            String[] words = in.nextLine().split(" ");
            switch (words[0]) {
                case "allocate" -> {
                    buffers.add(ByteBuffer.allocateDirect(Integer.parseInt(words[1])));
                    System.out.println(buffers.getLast());
                }
                case "drop" -> {
                    buffers.clear();
                    System.out.println(Figures.collectUntil(0, () -> Figures.pool().getCount()));
                }
                case "agent" -> System.out.println(answer(words[1]));
                case "use-library" -> System.out.println(dev.memalloc.Memory.memalloc(1) != 0);
                default -> throw new IllegalArgumentException(words[0]);
            }
        }
    }

    private static String answer(String attribute) {
        try {
            return Long.toString(Figures.agent(attribute));
        } catch (IllegalStateException e) {
            return e.getCause().getClass().getSimpleName();
        }
    }
}
