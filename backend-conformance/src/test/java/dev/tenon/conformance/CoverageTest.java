package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.op.Op;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CoverageTest {
    @Test
    void everyOperatorHasCases() {
        Set<String> operators = Arrays.stream(Op.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> covered =
                OpCases.all().stream().map(c -> c.op().getSimpleName()).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(operators, covered, "operators with cases in OpCases");
    }

    @Test
    void namesAreUnique() {
        for (List<OpCase> cases : List.of(OpCases.all(), OpCases.benchmarks())) {
            Set<String> names = cases.stream().map(OpCase::toString).collect(Collectors.toSet());
            assertEquals(cases.size(), names.size(), "names of cases");
        }
    }
}
