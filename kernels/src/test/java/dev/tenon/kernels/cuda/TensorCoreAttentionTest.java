package dev.tenon.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.kernels.cuda.CudaPlan.ScratchBuffer;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.PagedAttention;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorCoreAttentionTest {
    private static final CudaTraits A100 = new CudaTraits(8, 0, 108, 163 * 1024);
    private static final CudaTraits HOPPER = new CudaTraits(9, 0, 132, 227 * 1024);
    private final Device device = SizesDevice.open();

    private Tensor tensor(DType type, long... sizes) {
        return Tensor.empty(device, type, sizes);
    }

    private Attention attention(DType type, long batch, long heads, long keyHeads, long queries, long keys, long head) {
        return new Attention(
                tensor(type, batch, heads, queries, head),
                tensor(type, batch, keyHeads, keys, head),
                tensor(type, batch, keyHeads, keys, head),
                null,
                null,
                AttentionParameters.causal(head),
                tensor(type, batch, heads, queries, head),
                null);
    }

    private static CudaPlan.Launches launches(CudaPlan plan) {
        CudaPlan.Launches launches = assertInstanceOf(CudaPlan.Launches.class, plan, plan::toString);
        for (CudaLaunch launch : launches.launches()) {
            assertEquals(
                    PtxEntries.of(launch.kernel().ptx()).get(launch.kernel().name()),
                    PtxEntries.sizes(launch.arguments()),
                    launch.kernel().name());
            assertTrue(launch.gridY() <= 65535 && launch.gridZ() <= 65535, launch::toString);
        }
        return launches;
    }

    private static CudaLaunch only(CudaPlan plan) {
        return launches(plan).launches().getFirst();
    }

    private static String reason(CudaPlan plan) {
        return assertInstanceOf(CudaPlan.Declined.class, plan, plan::toString).reason();
    }

    private static long[] shape(CudaLaunch launch) {
        return launch.arguments().stream()
                .filter(CudaArgument.Fields.class::isInstance)
                .map(argument -> ((CudaArgument.Fields) argument).values())
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 80, 96, 128, 256})
    void everyHeadSizeHasItsKernels(int head) {
        CudaLaunch prefill = only(TensorCoreAttention.plan(attention(DType.BF16, 1, 32, 8, 1024, 1024, head), A100));
        assertEquals("attention_bf16_rows_" + head, prefill.kernel().name());
        assertEquals(4 * 1024 / 64, prefill.gridX());
        assertEquals(8, prefill.gridY());
        CudaLaunch decode = only(TensorCoreAttention.plan(attention(DType.F16, 1, 32, 8, 1, 1024, head), A100));
        assertEquals("attention_f16_decode_" + head, decode.kernel().name());
        assertEquals(1, decode.gridX());
    }

    @Test
    void sharedMemoryIsWhatTheKernelsLayOut() {
        assertEquals(
                2 * 2 * 64 * 272,
                only(TensorCoreAttention.plan(attention(DType.BF16, 1, 32, 8, 1024, 1024, 128), A100))
                        .sharedBytes());
        assertEquals(
                (64 + 128) * 528,
                only(TensorCoreAttention.plan(attention(DType.BF16, 1, 32, 8, 1024, 1024, 256), A100))
                        .sharedBytes());
        assertEquals(
                3 * 2 * 64 * 144,
                only(TensorCoreAttention.plan(attention(DType.BF16, 1, 32, 8, 1, 1024, 64), A100))
                        .sharedBytes());
    }

    @Test
    void fewBlocksCutTheKeysIntoParts() {
        CudaPlan.Launches plan =
                launches(TensorCoreAttention.plan(attention(DType.BF16, 1, 32, 8, 1, 8192, 128), A100));
        CudaLaunch launch = plan.launches().getFirst();
        // 216 blocks wanted, 8 there: 27 parts.
        assertEquals(27, launch.gridZ());
        assertEquals(27, shape(launch)[shape(launch).length - 1]);
        assertEquals(
                List.of(new ScratchBuffer(32L * 27 * 130 * 4, false), new ScratchBuffer(8 * 4, true)), plan.scratch());
        CudaPlan.Launches many =
                launches(TensorCoreAttention.plan(attention(DType.BF16, 64, 32, 8, 1, 8192, 128), A100));
        assertEquals(1, many.launches().getFirst().gridZ());
        assertEquals(List.of(), many.scratch());
    }

    @Test
    void pagesHaveTheirTable() {
        Tensor pages = tensor(DType.BF16, 100, 16, 2, 64);
        PagedAttention op = new PagedAttention(
                tensor(DType.BF16, 3, 4, 1, 64),
                pages,
                pages,
                tensor(DType.I32, 3, 7),
                tensor(DType.I32, 3),
                new AttentionParameters(0.125f, true, 50, 30),
                tensor(DType.BF16, 3, 4, 1, 64),
                tensor(DType.F32, 3, 4, 1));
        long[] shape = shape(only(TensorCoreAttention.plan(op, A100)));
        assertEquals(
                List.of(3L, 4L, 1L, 2L, 112L, 1L, 50L),
                java.util.Arrays.stream(shape, 0, 7).boxed().toList());
        assertEquals(
                List.of(0L, 2048L, 128L, 64L),
                java.util.Arrays.stream(shape, 11, 15).boxed().toList());
        assertEquals(
                List.of(0L, 7L, 1L, 16L, 0L, 1L, 1L, 1L, 1L),
                java.util.Arrays.stream(shape, 34, 43).boxed().toList());
    }

    @Test
    void hopperTakesManyQueries() {
        CudaLaunch launch = only(TensorCoreAttention.plan(attention(DType.BF16, 2, 32, 8, 1000, 3000, 128), HOPPER));
        assertEquals("attention_hopper_bf16_128", launch.kernel().name());
        assertEquals(8, launch.gridX());
        assertEquals(64, launch.gridY());
        assertEquals(5 * 128 * 256 + 9 * 8 + 1024, launch.sharedBytes());
        assertEquals(
                new TensorMap(
                        TensorMap.Element.BF16,
                        0,
                        List.of(128L, 3000L, 8L, 2L),
                        List.of(256L, 256L * 3000, 256L * 3000 * 8),
                        List.of(64, 128, 1, 1)),
                map(launch, 1));
    }

    private static TensorMap map(CudaLaunch launch, int argument) {
        return assertInstanceOf(CudaArgument.Map.class, launch.arguments().get(argument))
                .map();
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 80, 96, 128, 256})
    void hopperHasEveryHeadSize(int head) {
        CudaLaunch launch = only(TensorCoreAttention.plan(attention(DType.F16, 2, 32, 8, 1000, 3000, head), HOPPER));
        assertEquals("attention_hopper_f16_" + head, launch.kernel().name());
        int keys = head == 256 ? 64 : 128;
        int width = head == 80 || head == 96 ? 128 : head;
        assertEquals((128 + 4 * keys) * width * 2 + 9 * 8 + 1024, launch.sharedBytes());
        assertEquals(List.of(64, keys, 1, 1), map(launch, 2).box());
        assertEquals(head, map(launch, 2).sizes().getFirst());
    }

    private PagedAttention paged(long queries, long pageSize) {
        Tensor pages = tensor(DType.BF16, 100, pageSize, 2, 64);
        return new PagedAttention(
                tensor(DType.BF16, 3, 32, queries, 64),
                pages,
                pages,
                tensor(DType.I32, 3, 7),
                tensor(DType.I32, 3),
                AttentionParameters.causal(64),
                tensor(DType.BF16, 3, 32, queries, 64),
                null);
    }

    @Test
    void hoppersPagesAreCopiedInBoxes() {
        CudaLaunch launch = only(TensorCoreAttention.plan(paged(80, 48), HOPPER));
        assertEquals("attention_hopper_bf16_64", launch.kernel().name());
        assertEquals(
                new TensorMap(
                        TensorMap.Element.BF16,
                        0,
                        List.of(64L, 48L, 2L, 100L),
                        List.of(256L, 128L, 256L * 48),
                        List.of(64, 16, 1, 1)),
                map(launch, 1));
        assertEquals(CudaArgument.of(16), launch.arguments().getLast());
        assertEquals(
                List.of(64, 128, 1, 1),
                map(only(TensorCoreAttention.plan(paged(80, 256), HOPPER)), 1).box());
    }

    private static String why(CudaPlan plan) {
        CudaPlan.Launches launches = launches(plan);
        assertEquals("sm_80", launches.launches().getFirst().kernel().architecture());
        return launches.because();
    }

    @Test
    void whatIsNotForHoppersWarpgroupsSaysWhy() {
        assertEquals("", launches(TensorCoreAttention.plan(paged(80, 48), A100)).because());
        assertEquals(
                "", launches(TensorCoreAttention.plan(paged(80, 48), HOPPER)).because());
        assertTrue(why(TensorCoreAttention.plan(paged(1, 48), HOPPER)).contains("fewer than 64 queries"));
        assertTrue(why(TensorCoreAttention.plan(paged(80, 20), HOPPER)).contains("pages of 20"));
        Attention op = attention(DType.BF16, 1, 8, 8, 128, 8192, 128);
        assertTrue(why(TensorCoreAttention.plan(op, HOPPER)).contains("8 blocks for 132"));
        Attention masked = new Attention(
                op.query(), op.key(), op.value(), tensor(DType.F32, 128, 8192), null, op.parameters(), op.out(), null);
        assertTrue(why(TensorCoreAttention.plan(masked, HOPPER)).contains("mask"));
        Attention spread = new Attention(
                op.query(),
                tensor(DType.BF16, 1, 1, 8192, 128).broadcastTo(1, 8, 8192, 128),
                op.value(),
                null,
                null,
                AttentionParameters.causal(128),
                op.out(),
                null);
        assertTrue(why(TensorCoreAttention.plan(spread, new CudaTraits(9, 0, 16, 227 * 1024)))
                .contains("key has a stride of 0"));
        assertTrue(why(gradient(DType.BF16, 8, 500, 700, 256, HOPPER)).contains("heads of 256"));
    }

    private CudaPlan gradient(DType type, long heads, long queries, long keys, long head, CudaTraits traits) {
        Attention op = attention(type, 2, heads, 4, queries, keys, head);
        return TensorCoreAttentionBackward.plan(
                new AttentionBackward(
                        op.query(),
                        op.key(),
                        op.value(),
                        null,
                        op.parameters(),
                        op.out(),
                        tensor(DType.F32, 2, heads, queries),
                        op.out(),
                        op.query(),
                        op.key(),
                        op.value()),
                traits);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 80, 96, 128, 256})
    void theGradientGoesOverQueriesThenOverKeys(int head) {
        CudaPlan.Launches plan = launches(gradient(DType.BF16, 8, 500, 700, head, A100));
        assertEquals(
                head == 256
                        ? List.of("delta", "queries_256", "keys_256", "values_256")
                        : List.of("delta", "queries_" + head, "keys_" + head),
                plan.launches().stream()
                        .map(launch -> launch.kernel().name().substring("backward_bf16_".length()))
                        .toList());
        assertEquals(2 * 8 * 500 / 4, plan.launches().get(0).gridX());
        assertEquals(Math.ceilDiv(1000, 64), plan.launches().get(1).gridX());
        assertEquals(Math.ceilDiv(700, 64), plan.launches().get(2).gridX());
        assertEquals(8, plan.launches().get(2).gridY());
        assertEquals(List.of(new ScratchBuffer(2 * 8 * 500 * 4, false)), plan.scratch());
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 80, 96, 128})
    void hoppersGradientGoesOverQueriesThenOverKeys(int head) {
        int width = head == 64 ? 64 : 128;
        CudaPlan.Launches plan = launches(gradient(DType.F16, 8, 500, 700, head, HOPPER));
        assertEquals(
                List.of("rows", "queries_" + head, "keys_" + head),
                plan.launches().stream()
                        .map(launch -> launch.kernel().name().substring("backward_hopper_f16_".length()))
                        .toList());
        assertEquals(2 * 8 * 512 / 8, plan.launches().get(0).gridX());
        assertEquals(4, plan.launches().get(1).gridX());
        assertEquals(16, plan.launches().get(1).gridY());
        assertEquals(6, plan.launches().get(2).gridX());
        assertEquals(8, plan.launches().get(2).gridY());
        assertEquals(
                6 * 128 * width * 2 + 2 * 128 * 8 + 40 + 1024,
                plan.launches().get(1).sharedBytes());
        assertEquals(
                4 * 128 * width * 2 + 2 * 64 * 8 + 40 + 1024,
                plan.launches().get(2).sharedBytes());
        assertEquals(List.of(new ScratchBuffer(2 * 8 * 512 * 8, false)), plan.scratch());
    }

    @Test
    void theGradientsLimitsAreReasons() {
        assertTrue(reason(gradient(DType.F16, 4, 8, 1 << 30, 64, A100)).contains("positions"));
        assertTrue(reason(gradient(DType.F32, 4, 8, 8, 64, A100)).contains("F32"));
        assertTrue(reason(gradient(DType.F16, 4, 8, 8, 256, new CudaTraits(8, 6, 80, 99 * 1024)))
                .contains("shared memory"));
    }

    @Test
    void cachesPast31BitsStayWhole() {
        long[] shape = shape(only(TensorCoreAttention.plan(attention(DType.BF16, 4, 8, 8, 1, 1L << 26, 128), A100)));
        assertEquals(1L << 26, shape[4]);
        assertEquals(8L << 33, shape[12]);
    }

    @Test
    void whatDoesNotApplySaysWhy() {
        assertTrue(reason(TensorCoreAttention.plan(attention(DType.F32, 1, 2, 2, 5, 5, 64), A100))
                .contains("F32"));
        assertTrue(reason(TensorCoreAttention.plan(attention(DType.BF16, 1, 2, 2, 5, 5, 72), A100))
                .contains("72"));
        assertTrue(reason(TensorCoreAttention.plan(attention(DType.BF16, 1 << 15, 2, 2, 5, 5, 64), A100))
                .contains("65535"));
        CudaTraits small = new CudaTraits(8, 6, 80, 96 * 1024);
        assertTrue(reason(TensorCoreAttention.plan(attention(DType.BF16, 1, 2, 2, 70, 70, 256), small))
                .contains("shared memory"));
        Attention op = attention(DType.BF16, 1, 2, 2, 5, 5, 64);
        Attention odd = new Attention(
                tensor(DType.BF16, 1, 2, 5, 66).slice(3, 0, 64),
                op.key(),
                op.value(),
                null,
                null,
                op.parameters(),
                op.out(),
                null);
        assertTrue(reason(TensorCoreAttention.plan(odd, A100)).contains("query"));
    }
}
