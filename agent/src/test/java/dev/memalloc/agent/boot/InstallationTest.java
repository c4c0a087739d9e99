package dev.memalloc.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InstallationTest {
    @Test
    void isUndoneOnce() {
        AtomicInteger undone = new AtomicInteger();
        assertThat(Installation.isInstalled()).isFalse();
        assertThat(Installation.uninstall()).isFalse();
        Installation.installed(undone::incrementAndGet);
        assertThat(Installation.isInstalled()).isTrue();
        assertThat(Installation.uninstall()).isTrue();
        assertThat(Installation.isInstalled()).isFalse();
        assertThat(Installation.uninstall()).isFalse();
        assertThat(undone).hasValue(1);
    }

    @Test
    void hookRunsOnce() {
        AtomicInteger runs = new AtomicInteger();
        BeanServerHook.run();
        BeanServerHook.set(runs::incrementAndGet);
        BeanServerHook.run();
        BeanServerHook.run();
        assertThat(runs).hasValue(1);
    }
}
