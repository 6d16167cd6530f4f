package dev.tenon.opencl;

import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;

/**
 * The operators whose programs take longest to compile, apart from the others, so that two processes share the suite. Programs of a
 * third of the combinations of types, others each day, and those of large cases are optimized as a user's are; {@link
 * OpenClPlainProductsTest} runs the rest unoptimized. {@code -Dtenon.opencl.all=true} optimizes all.
 */
class OpenClProductsTest extends ConformanceSuite {
    private static final Set<Class<? extends Op>> PRODUCTS =
            Set.of(Matmul.class, Attention.class, AttentionBackward.class, PagedAttention.class);

    private static final int DAYS = 3;
    private static final long TODAY = LocalDate.now().toEpochDay();

    private static final List<OpCase> CASES = OpCases.all().stream()
            .filter(OpenClProductsTest::has)
            .filter(OpenClProductsTest::isOptimized)
            .toList();

    static boolean has(OpCase test) {
        return PRODUCTS.contains(test.op());
    }

    /** By operator and types, since cases that share a program should share how it is built. */
    static boolean isOptimized(OpCase test) {
        String types = test.op().getSimpleName()
                + test.operands().stream()
                        .map(operand -> operand.dtype().name())
                        .distinct()
                        .toList();
        return Boolean.getBoolean("tenon.opencl.all")
                || test.name().startsWith("large ")
                || Math.floorMod(types.hashCode() + TODAY, DAYS) == 0;
    }

    @Override
    protected String deviceName() {
        return OpenClBackend.NAME;
    }

    @Override
    protected List<OpCase> cases() {
        return CASES;
    }
}
