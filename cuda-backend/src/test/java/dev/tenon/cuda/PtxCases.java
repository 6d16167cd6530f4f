package dev.tenon.cuda;

import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.op.CustomOp;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which of the conformance suite's cases are run on a PTX interpreter: {@code -Dtenon.ptx.all=true} has all of them; else it is one in so many,
 * others each day, and of each operator at least one. {@code -Dtenon.ptx.day=NUMBER} has those of another day.
 */
final class PtxCases {
    static final boolean ALL = Boolean.getBoolean("tenon.ptx.all");
    private static final long DAY =
            Long.getLong("tenon.ptx.day", LocalDate.now().toEpochDay());

    private PtxCases() {}

    /** @param days in which all of the wanted cases have their turn */
    static List<OpCase> ofToday(int days, Predicate<OpCase> wanted) {
        List<OpCase> all = OpCases.all().stream()
                .filter(test -> test.op() != CustomOp.class)
                .filter(wanted)
                .toList();
        if (ALL) {
            return all;
        }
        List<OpCase> chosen = turn(days, all);
        Set<Class<?>> operators = new HashSet<>();
        chosen.forEach(test -> operators.add(test.op()));
        for (OpCase test : all) {
            if (operators.add(test.op())) {
                chosen.add(test);
            }
        }
        return chosen;
    }

    /** Those whose turn is today, one in so many; or all. */
    static <T> List<T> turn(int days, List<T> all) {
        if (ALL) {
            return all;
        }
        System.out.printf("PTX: cases of day %d, one in %d (again with -Dtenon.ptx.day=%d)%n", DAY, days, DAY);
        List<T> chosen = new ArrayList<>();
        for (int i = (int) (DAY % days); i < all.size(); i += days) {
            chosen.add(all.get(i));
        }
        return chosen;
    }
}
