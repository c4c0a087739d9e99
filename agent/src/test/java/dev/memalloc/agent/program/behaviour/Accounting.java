package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import dev.memalloc.agent.program.Figures;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** The JVM's figures of direct memory, and its limit, of 8 MiB. */
final class Accounting {
    private static final int LIMIT = 8 * Buffers.MEGABYTE;

    private Accounting() {
    }

    static void show() {
        print("collected", Buffers::live);
        print("pool", Figures::poolLine);
        print("pool with buffers", () -> {
            List<ByteBuffer> buffers = new ArrayList<>();
            for (int size : new int[] {0, 1, 1000, 200_000, 1000}) {
                buffers.add(ByteBuffer.allocateDirect(size));
            }
            String line = Figures.poolLine();
            buffers.forEach(Buffers::clean);
            return line;
        });
        print("pool after them", Figures::poolLine);
        print("pool's name", () -> Figures.pool().getObjectName());
        print("all of the limit", () -> {
            Buffers.clean(ByteBuffer.allocateDirect(LIMIT));
            return "served";
        });
        showFull();
        print("many times the limit", () -> {
            for (int i = 0; i < 100; i++) {
                ByteBuffer.allocateDirect(Buffers.MEGABYTE);
            }
            return "served";
        });
        print("pool in the end", () -> Buffers.live() + ", " + Figures.poolLine());
    }

    /** Each refusal takes half a second, so they are waited for together. */
    private static void showFull() {
        ByteBuffer some = ByteBuffer.allocateDirect(LIMIT / 2);
        List<Refusal> refusals = new ArrayList<>();
        refusals.add(new Refusal("beyond what is left", () -> ByteBuffer.allocateDirect(LIMIT / 2 + 1)));
        refusals.add(new Refusal("beyond the limit", () -> ByteBuffer.allocateDirect(LIMIT + 1)));
        refusals.add(new Refusal("beyond any limit", () -> ByteBuffer.allocateDirect(Integer.MAX_VALUE)));
        refusals.add(new Refusal("interrupted at the limit", () -> {
            Thread.currentThread().interrupt();
            try {
                return ByteBuffer.allocateDirect(LIMIT);
            } catch (OutOfMemoryError e) {
                return e.getMessage() + ", interrupted " + Thread.interrupted();
            }
        }));
        refusals.add(new Refusal("beyond the limit in an automatic arena",
            () -> Arena.ofAuto().allocate(LIMIT).byteSize()));
        refusals.forEach(Refusal::print);
        print("served at the limit", () -> ByteBuffer.allocateDirect(100));
        Buffers.clean(some);
    }

    private static final class Refusal {
        private final String name;
        private final Thread thread;
        private String outcome;

        Refusal(String name, Callable<?> what) {
            this.name = name;
            thread = Thread.ofPlatform().start(() -> outcome = Observation.outcome(what));
        }

        void print() {
            Observation.print(name, () -> {
                thread.join();
                return outcome;
            });
        }
    }
}
