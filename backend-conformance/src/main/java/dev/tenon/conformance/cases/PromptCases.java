package dev.tenon.conformance.cases;

import dev.tenon.DType;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.conformance.cases.AttentionCases.Sizing;
import dev.tenon.op.AttentionParameters;
import java.util.List;

/** Attention and its gradient as tensor cores take them: 16-bit types, the usual sizes of heads, many queries. */
final class PromptCases {
    private PromptCases() {}

    static void add(List<OpCase> all) {
        AttentionParameters window = new AttentionParameters(0.125f, true, 90, 0);
        AttentionParameters capped = new AttentionParameters(0.125f, true, 0, 3);
        for (DType type : List.of(DType.F16, DType.BF16)) {
            for (long head : new long[] {64, 80, 96, 128, 256}) {
                Sizing sizing = Sizing.of(1, 2, 1, 70, 150, head);
                AttentionParameters causal = AttentionParameters.causal(head);
                AttentionCases.attention(all, type, type, sizing, causal, Placement.SWAPPED_MIDDLE, true);
                AttentionBackwardCases.backward(all, type, sizing, causal, false, Placement.CONTIGUOUS);
            }
            Sizing two = Sizing.of(2, 2, 2, 130, 140, 64);
            for (AttentionParameters p : List.of(window, capped, AttentionParameters.full(64))) {
                AttentionCases.attention(all, type, type, two, p, Placement.CONTIGUOUS, false);
                AttentionBackwardCases.backward(all, type, two, p, false, Placement.CONTIGUOUS);
            }
            AttentionCases.lengths(all, type, type, Sizing.of(3, 2, 1, 66, 150, 64), window, 150, 0, 77);
            AttentionCases.paged(all, type, type, Sizing.of(2, 4, 2, 66, 0, 128), 16, window, 150, 40);
            AttentionCases.paged(all, type, type, Sizing.of(1, 2, 1, 66, 0, 64), 20, capped, 100);
            AttentionCases.paged(all, type, type, Sizing.of(1, 2, 2, 70, 0, 256), 192, capped, 200);
        }
    }
}
