package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.agent.program.Collected;
import dev.memalloc.agent.program.Counting;
import dev.memalloc.agent.program.Listening;
import dev.memalloc.agent.program.Misuse;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.Attribute;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Test;

/** What the agent counts, and how it is read. */
class CountsIT {
    @Test
    void exactUnderThreads() throws Exception {
        long seed = System.nanoTime();
        ChildJvm.Result result = ChildJvm.withAgent().with(ChildJvm.ALLOW_CLEANER)
            .run(Counting.class, Long.toString(seed)).silent();
        String expected = result.value("expected");
        String[] liveAndBytes = expected.split(" ", 3)[2].split(" ");
        assertThat(result.value("counted")).as("seed %d", seed).isEqualTo(expected);
        assertThat(result.value("pool")).as("seed %d", seed).isEqualTo(liveAndBytes[0] + " " + liveAndBytes[1]);
        assertThat(result.value("peak in bounds")).as("seed %d", seed).isEqualTo("true");
        assertThat(result.value("at the end")).as("seed %d", seed).isEqualTo("0 0 0 0");
        assertThat(result.value("damaged")).as("seed %d", seed).isEqualTo("0");
    }

    @Test
    void zeroLiveOnceAllWereCollected() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().run(Collected.class).silent();
        assertThat(result.value("served")).isEqualTo("5001");
        assertThat(result.value("live")).isEqualTo("1 with 100000 bytes, in the slice 7");
        assertThat(result.value("live without the slice")).isEqualTo("0");
        assertThat(result.value("freed")).isEqualTo("5001, failed 0");
        assertThat(result.value("heap")).isEqualTo("0 0");
        assertThat(result.value("pool")).isEqualTo("0 buffers, 0 bytes, 0 used");
    }

    @Test
    void freeThatTheHeapRefusesIsCountedAndToldAndHarmsNothing() throws Exception {
        ChildJvm.Result result = ChildJvm.withAgent().with(ChildJvm.ALLOW_CLEANER)
            .onClassPath(ChildJvm.ALLOCATOR).run(Misuse.class);
        assertThat(result.status()).isZero();
        assertThat(result.value("failed")).isEqualTo("1");
        assertThat(result.value("live")).isEqualTo("0");
        assertThat(result.value("freed")).isEqualTo("2");
        assertThat(result.err().getFirst()).startsWith("memalloc agent: found when a direct buffer was freed: ")
            .contains("was freed already");
    }

    @Test
    void readFromOutside() throws Exception {
        try (ChildJvm.Running child = ChildJvm.withAgent().start(Listening.class)) {
            String id = child.readLine();
            child.ask("allocate 1000");
            child.ask("allocate 500");
            String address = Attached.withJvm(id, jvm -> jvm.startLocalManagementAgent());
            try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
                MBeanServerConnection server = connector.getMBeanServerConnection();
                ObjectName agent = new ObjectName(AgentMXBean.NAME);
                assertThat(server.getAttribute(agent, "AllocationCount")).isEqualTo(2L);
                assertThat(server.getAttribute(agent, "FreeCount")).isEqualTo(0L);
                assertThat(server.getAttribute(agent, "LiveCount")).isEqualTo(2L);
                assertThat(server.getAttribute(agent, "LiveBytes")).isEqualTo(1500L);
                assertThat(server.getAttribute(agent, "PeakBytes")).isEqualTo(1500L);
                assertThat(server.getAttributes(agent, new String[] {"LiveCount", "LiveBytes", "NoSuch"}).asList())
                    .containsExactly(new Attribute("LiveCount", 2L), new Attribute("LiveBytes", 1500L));
                ObjectName heap = new ObjectName(HeapMXBean.NAME);
                assertThat(server.getAttribute(heap, "BlocksLive")).isEqualTo(2L);
                assertThat((long) server.getAttribute(heap, "BytesLive")).isBetween(1500L, 1600L);
                assertThat(attributes(server, heap)).isEqualTo(Set.of("BytesLive", "BytesCommitted", "BytesMapped",
                    "BytesSpare", "BytesFree", "BlocksLive", "MappingsLive", "BytesPeak", "LargestFree", "Limit"));
            }
        }
    }

    private static Set<String> attributes(MBeanServerConnection server, ObjectName bean) throws Exception {
        return Set.of(server.getMBeanInfo(bean).getAttributes()).stream()
            .map(MBeanAttributeInfo::getName).collect(Collectors.toSet());
    }
}
