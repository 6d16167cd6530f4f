package dev.tenon.cuda.ptx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Registers that the text does not name: one for each number, and those for the thread's place in the grid. */
final class Constants {
    private final Map<Long, Integer> numbers = new LinkedHashMap<>();
    private final Map<String, Integer> special = new HashMap<>();

    /** The numbers by their first slots. */
    Map<Long, Integer> numbers() {
        return numbers;
    }

    /** Special registers such as {@code %tid.x} by their first slots. */
    Map<String, Integer> special() {
        return special;
    }

    void fill(long[] registers) {
        numbers.forEach((value, slot) -> Arrays.fill(registers, slot, slot + Lanes.COUNT, value));
    }
}
