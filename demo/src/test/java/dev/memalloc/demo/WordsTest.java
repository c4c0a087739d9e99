package dev.memalloc.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a word is. */
class WordsTest {
    @Test
    void runsOfLettersAndDigits() throws Exception {
        assertThat(words("The 2nd word, isn't_it?\n\tfoo-bar")).containsExactly(
            "The", "2nd", "word", "isn", "t", "it", "foo", "bar");
    }

    @Test
    void lettersOfAnyScript() throws Exception {
        assertThat(words("Grüße, мир! 日本 \ud835\udc00\ud835\udc01 \ud83d\ude00")).containsExactly(
            "Grüße", "мир", "日本", "\ud835\udc00\ud835\udc01");
    }

    @Test
    void atBothEnds() throws Exception {
        assertThat(words("a")).containsExactly("a");
        assertThat(words(" a ")).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "...\n"})
    void none(String text) throws Exception {
        assertThat(words(text)).isEmpty();
    }

    @Test
    void zeroByteIsNoText() {
        assertThatThrownBy(() -> words("words, then \0")).isInstanceOf(CharacterCodingException.class);
    }

    @Test
    void otherBytesAreNoText() {
        List<String> found = new ArrayList<>();
        ByteBuffer latin1 = ByteBuffer.wrap("words, then Gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Words.forEach(latin1, found::add)).isInstanceOf(CharacterCodingException.class);
        assertThat(found).isEmpty();
    }

    private static List<String> words(String text) throws CharacterCodingException {
        List<String> words = new ArrayList<>();
        Words.forEach(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), words::add);
        return words;
    }
}
