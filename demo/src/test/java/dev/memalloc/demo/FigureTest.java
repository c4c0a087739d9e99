package dev.memalloc.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FigureTest {
    @Test
    void bytesHaveTheUnitOfTheirSize() {
        assertThat(Figure.BYTES_READ.format(0)).isEqualTo("0 bytes");
        assertThat(Figure.BYTES_READ.format(1023)).isEqualTo("1023 bytes");
        assertThat(Figure.BYTES_READ.format(1536)).isEqualTo("1.5 KiB");
        assertThat(Figure.BYTES_READ.format(5L << 30)).isEqualTo("5,120.0 MiB");
    }
}
