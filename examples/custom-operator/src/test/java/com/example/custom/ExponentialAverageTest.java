package com.example.custom;

import dev.tenon.DType;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.CustomOp;
import java.util.ArrayList;
import java.util.List;

/** Our operator in Tenon's conformance suite: against its reference, in awkward sizes and layouts, eager and captured. */
class ExponentialAverageTest extends ConformanceSuite {
    @Override
    protected String deviceName() {
        return "cpu";
    }

    @Override
    protected List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (boolean backward : new boolean[] {false, true}) {
            for (long n : new long[] {0, 1, 13, 207}) {
                for (Placement placement : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED, Placement.STRIDED)) {
                    cases.add(average(backward, n, placement));
                }
            }
        }
        return cases;
    }

    private static OpCase average(boolean backward, long n, Placement placement) {
        return new OpCase(
                CustomOp.class,
                "exponentialAverage backward=%s F32[3, %d] %s".formatted(backward, n, placement),
                List.of(
                        Operand.in("in", DType.F32, placement, Content.normal(1), 3, n),
                        Operand.out("out", DType.F32, placement, 3, n)),
                t -> new CustomOp(
                        new ExponentialAverage(0.25f, backward), List.of(t.get("in")), List.of(t.get("out"))));
    }
}
