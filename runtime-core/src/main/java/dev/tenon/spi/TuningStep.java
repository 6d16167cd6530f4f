package dev.tenon.spi;

import dev.tenon.op.Op;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Settings that are chosen together.
 *
 * @param name what is chosen, in a few words
 * @param shownBy whether an operator's time depends on it
 * @param candidates values to try, each by {@link Tunable#name}; those that the device does not allow are not among them
 */
public record TuningStep(String name, Predicate<Op> shownBy, List<Map<String, Integer>> candidates) {
    public TuningStep {
        // Not Map.copyOf, which forgets the order.
        candidates = candidates.stream()
                .map(each -> Collections.unmodifiableMap(new LinkedHashMap<>(each)))
                .toList();
    }
}
