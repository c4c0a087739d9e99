package dev.memalloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeapOptionsTest {
    @AfterEach
    void clearProperties() {
        System.clearProperty("memalloc.limit");
        System.clearProperty("memalloc.mmapThreshold");
        System.clearProperty("memalloc.addressRange");
        System.clearProperty("memalloc.hugePageThreshold");
        System.clearProperty("memalloc.guardInterval");
        System.clearProperty("memalloc.limt");
    }

    @Test
    void defaults() {
        HeapOptions options = HeapOptions.defaults();
        assertThat(options).isEqualTo(new HeapOptions(Long.MAX_VALUE, 256 << 10, 64L << 30, 4 << 20, 0));
        assertThat(HeapOptions.fromSystemProperties()).isEqualTo(options.withAddressRange(1L << 40));
    }

    @Test
    void eachWithChangesItsOwn() {
        HeapOptions options = HeapOptions.defaults();
        assertThat(options.withLimit(1).withMmapThreshold(2).withAddressRange(65_536)
            .withHugePageThreshold(3).withGuardInterval(4)).isEqualTo(new HeapOptions(1, 2, 65_536, 3, 4));
    }

    @ParameterizedTest
    @CsvSource({"1000,1000", "1k,1024", "2M,2097152", "3g,3221225472", "' 1t ',1099511627776", "0,0",
        "7b,7", "1kb,1024", "2GB,2147483648"})
    void propertiesHaveSuffixes(String text, long bytes) {
        System.setProperty("memalloc.limit", text);
        assertThat(HeapOptions.fromSystemProperties().limit()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "10x", "k", "1.5g", "9999999999999g", "-1", "0x10", "b", "kb", "1bk", "1bb"})
    void badPropertiesAreNamed(String text) {
        System.setProperty("memalloc.limit", text);
        assertThatThrownBy(HeapOptions::fromSystemProperties).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("limit");
    }

    @Test
    void propertiesThatDoNotExistAreRefused() {
        System.setProperty("memalloc.limt", "5");
        assertThatThrownBy(HeapOptions::fromSystemProperties).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContainingAll("memalloc.limt;", "memalloc.limit", "memalloc.mmapThreshold",
                "memalloc.addressRange", "memalloc.hugePageThreshold", "memalloc.guardInterval");
    }

    @Test
    void aPropertyOutOfItsBoundsIsNamed() {
        System.setProperty("memalloc.guardInterval", "-3");
        assertThatThrownBy(HeapOptions::fromSystemProperties).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("the system property memalloc.guardInterval is -3: ");
    }

    @Test
    void propertiesReachTheirOptions() {
        System.setProperty("memalloc.mmapThreshold", "1m");
        System.setProperty("memalloc.addressRange", "4g");
        System.setProperty("memalloc.hugePageThreshold", "1t");
        System.setProperty("memalloc.guardInterval", "1000");
        assertThat(HeapOptions.fromSystemProperties())
            .isEqualTo(new HeapOptions(Long.MAX_VALUE, 1 << 20, 4L << 30, 1L << 40, 1000));
    }

    @Test
    void senselessValuesAreRefused() {
        HeapOptions options = HeapOptions.defaults();
        assertThatThrownBy(() -> options.withLimit(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withMmapThreshold(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withMmapThreshold(Long.MAX_VALUE))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withHugePageThreshold(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withGuardInterval(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withAddressRange(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withAddressRange(65_537)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withAddressRange(2L << 40)).isInstanceOf(IllegalArgumentException.class);
    }
}
