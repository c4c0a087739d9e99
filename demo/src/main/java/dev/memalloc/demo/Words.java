package dev.memalloc.demo;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The words of a text file: the longest runs of letters and digits, as they are written. */
final class Words {
    private Words() {
    }

    /**
     * Passes on each word, in order.
     *
     * @throws CharacterCodingException if it is not text: no valid UTF-8, or with a zero byte in it; no word has
     *     been passed on then
     */
    static void forEach(ByteBuffer file, Consumer<String> action) throws CharacterCodingException {
        CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(file);
        if (text.chars().anyMatch(c -> c == 0)) {
            throw new MalformedInputException(1);
        }
        int end = text.length();
        for (int at = 0; at < end;) {
            int start = at;
            while (at < end && Character.isLetterOrDigit(Character.codePointAt(text, at))) {
                at += Character.charCount(Character.codePointAt(text, at));
            }
            if (at > start) {
                action.accept(text.subSequence(start, at).toString());
            } else {
                at += Character.charCount(Character.codePointAt(text, at));
            }
        }
    }
}
