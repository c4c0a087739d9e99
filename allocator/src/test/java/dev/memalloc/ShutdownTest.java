package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JVM ends while threads allocate: with the status that it was told, and without a word. */
@Timeout(120)
class ShutdownTest {
    private static final int STATUS = 37;

    @ParameterizedTest
    @ValueSource(strings = {"-Dmemalloc.guardInterval=0", "-Dmemalloc.guardInterval=10"})
    void theJvmEndsWhileThreadsAllocate(String option) throws Exception {
        for (int run = 0; run < 2; run++) {
            ChildJvm.Result result = ChildJvm.run(Exit.class, List.of(option), Integer.toString(run * 100));
            assertThat(result.out()).isEqualTo("the hook has allocated\n");
            if (option.endsWith("=0")) {
                result.silent(STATUS);
            } else {
                result.ended(STATUS);
                assertThat(result.err()).contains("memalloc: never freed").doesNotContain("Exception in");
            }
        }
    }

    /** Exits beside threads that use both kinds of heap. */
    static final class Exit {
        private Exit() {
        }

        public static void main(String[] arguments) throws InterruptedException {
            Heap own = new Heap(HeapOptions.fromSystemProperties());
            CountDownLatch started = new CountDownLatch(4);
            for (int t = 0; t < 4; t++) {
                Heap heap = t % 2 == 0 ? own : Memory.heap();
                SplittableRandom random = new SplittableRandom(t);
                Thread.ofPlatform().daemon(t < 2).start(() -> {
                    started.countDown();
                    use(heap, random);
                });
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                for (int i = 0; i < 1000; i++) {
                    Memory.memfree(Memory.memresize(Memory.memalloc(100), 1000 + 1000 * i));
                    own.memfree(own.memalloc(100));
                }
                Memory.check();
                own.check();
                System.out.println("the hook has allocated");
            }));
            started.await();
            for (int i = 0; i < 20; i++) {
                Memory.memalloc(100);
            }
            Thread.sleep(Integer.parseInt(arguments[0]));
            System.exit(STATUS);
        }

        private static void use(Heap heap, SplittableRandom random) {
            long[] addresses = new long[100];
            while (true) {
                int block = random.nextInt(addresses.length);
                addresses[block] = heap.memresize(addresses[block],
                    random.nextInt(3) * random.nextLong(1, random.nextInt(100) == 0 ? 500_000 : 10_000));
            }
        }
    }
}
