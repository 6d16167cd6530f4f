package dev.tenon.models.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Python's stable sort. Java's own refuses orders that contradict themselves, as those with NaN do. */
final class Sorting {
    private record Keyed(Value key, Value item) {}

    private Sorting() {}

    static List<Value> sorted(List<Value> items, Function<Value, Value> key, boolean reverse, Budget budget) {
        List<Keyed> keyed = new ArrayList<>();
        for (Value item : items) {
            keyed.add(new Keyed(key.apply(item), item));
        }
        // Equal items keep their order in both directions.
        if (reverse) {
            Collections.reverse(keyed);
        }
        List<Keyed> sorted = mergeSort(keyed, budget);
        if (reverse) {
            Collections.reverse(sorted);
        }
        return new ArrayList<>(sorted.stream().map(Keyed::item).toList());
    }

    private static List<Keyed> mergeSort(List<Keyed> items, Budget budget) {
        if (items.size() < 2) {
            return new ArrayList<>(items);
        }
        int middle = items.size() / 2;
        List<Keyed> left = mergeSort(items.subList(0, middle), budget);
        List<Keyed> right = mergeSort(items.subList(middle, items.size()), budget);
        List<Keyed> merged = new ArrayList<>(items.size());
        int i = 0;
        int j = 0;
        while (i < left.size() && j < right.size()) {
            budget.step();
            boolean rightFirst = Evaluator.holds(
                    Expression.Comparator.LESS, right.get(j).key(), left.get(i).key());
            merged.add(rightFirst ? right.get(j++) : left.get(i++));
        }
        merged.addAll(left.subList(i, left.size()));
        merged.addAll(right.subList(j, right.size()));
        return merged;
    }
}
