package dev.memalloc.benchmarks.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.memalloc.benchmarks.collections.Contestant.Expected;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StringMapsTest {
    static Stream<Contestant<StringMap>> maps() {
        return Stream.concat(StringMaps.REAL.stream(), StringMaps.CONCURRENT.stream())
            .filter(contestant -> !List.of("chronicle", "ohc").contains(contestant.name()));
    }

    @ParameterizedTest
    @MethodSource("maps")
    void anyStringsComeBack(Contestant<StringMap> contestant) {
        Map<String, String> model = Map.of("", "empty", "key", "value", "ÿ", "ÿÿ", "日本", "国", "\uD800", "half",
            "x".repeat(30_000), "y".repeat(40_000));
        try (StringMap map = contestant.maker().make(new Expected(100, 1000, 1000))) {
            assertThat(map.get("key")).isNull();
            map.put("key", "other");
            model.forEach(map::put);
            map.requireSize(model.size());
            assertThat(map.bytes().orElse(Long.MAX_VALUE)).isGreaterThan(70_000);
            model.forEach((key, value) -> assertThat(map.get(key)).isEqualTo(value));
            if (map.canGetAll()) {
                String[] values = new String[3];
                map.getAll(new String[] {"key", "none", "日本"}, values);
                assertThat(values).containsExactly("value", null, "国");
            }
            Map<String, String> seen = new HashMap<>();
            map.forEach(seen::put);
            assertThat(seen).isEqualTo(model);
            assertThat(map.remove("key")).isTrue();
            assertThat(map.remove("key")).isFalse();
            map.requireSize(model.size() - 1);
        }
    }
}
