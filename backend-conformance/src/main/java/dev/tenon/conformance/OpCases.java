package dev.tenon.conformance;

import dev.tenon.conformance.cases.AttentionCases;
import dev.tenon.conformance.cases.BenchmarkCases;
import dev.tenon.conformance.cases.BinaryCases;
import dev.tenon.conformance.cases.CollectiveCases;
import dev.tenon.conformance.cases.CustomCases;
import dev.tenon.conformance.cases.LargeCases;
import dev.tenon.conformance.cases.MatmulCases;
import dev.tenon.conformance.cases.MovementCases;
import dev.tenon.conformance.cases.NormCases;
import dev.tenon.conformance.cases.OptimizerCases;
import dev.tenon.conformance.cases.QuantizeCases;
import dev.tenon.conformance.cases.ReductionCases;
import dev.tenon.conformance.cases.RopeCases;
import dev.tenon.conformance.cases.SoftmaxCases;
import dev.tenon.conformance.cases.TileCases;
import dev.tenon.conformance.cases.UnaryCases;
import dev.tenon.conformance.cases.WideCases;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every case there is. */
public final class OpCases {
    private OpCases() {}

    /**
     * The cases that are run against the reference, grouped by operator; small enough for it. With {@code -Dtenon.tiles=true} also {@link
     * TileCases}, which take it a minute.
     */
    public static List<OpCase> all() {
        List<OpCase> all = new ArrayList<>();
        UnaryCases.add(all);
        BinaryCases.add(all);
        MovementCases.add(all);
        QuantizeCases.add(all);
        ReductionCases.add(all);
        SoftmaxCases.add(all);
        NormCases.add(all);
        MatmulCases.add(all);
        AttentionCases.add(all);
        RopeCases.add(all);
        OptimizerCases.add(all);
        CollectiveCases.add(all);
        CustomCases.add(all);
        WideCases.add(all);
        LargeCases.add(all);
        if (Boolean.getBoolean("tenon.tiles")) {
            TileCases.add(all);
        }
        return distinct(all);
    }

    /** Some combinations of types and layouts are come to by two ways; they are run once. */
    private static List<OpCase> distinct(List<OpCase> all) {
        Map<String, OpCase> byName = new LinkedHashMap<>();
        for (OpCase test : all) {
            OpCase known = byName.putIfAbsent(test.toString(), test);
            if (known != null && !known.describe().equals(test.describe())) {
                throw new IllegalStateException("two cases are named " + test);
            }
        }
        return List.copyOf(byName.values());
    }

    /**
     * The cases that are timed: contiguous operands with shapes of real models. Bind one, run its operator, divide by its
     * cost.
     */
    public static List<OpCase> benchmarks() {
        List<OpCase> all = new ArrayList<>();
        BenchmarkCases.add(all);
        return List.copyOf(all);
    }
}
