package dev.tenon.opencl;

import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import java.util.List;
import java.util.Set;

/** The operators whose programs take longest to compile, apart from the others, so that two processes share the suite. */
class OpenClProductsTest extends ConformanceSuite {
    private static final Set<Class<? extends Op>> PRODUCTS =
            Set.of(Matmul.class, Attention.class, AttentionBackward.class, PagedAttention.class);

    private static final List<OpCase> CASES =
            OpCases.all().stream().filter(OpenClProductsTest::has).toList();

    static boolean has(OpCase test) {
        return PRODUCTS.contains(test.op());
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
