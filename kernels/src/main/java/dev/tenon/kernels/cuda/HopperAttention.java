package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.Tensor;
import java.util.List;
import java.util.Optional;

/** Attention of many queries on Hopper's warpgroups: attention_hopper.h. */
final class HopperAttention {
    private static final int ROWS = 128;
    private static final int STAGES = 2;
    /** Queries from which a tile of {@link #ROWS} is not mostly empty. */
    private static final int FEWEST_QUERIES = 64;
    /** Lines of a box of a page: eight are exchanged among themselves. */
    private static final long SMALLEST_BOX = 8;

    private HopperAttention() {}

    /**
     * Operands are aligned already; declined where the kernels for sm_80 serve.
     *
     * @param parts into how many those would cut the keys, for want of blocks
     */
    static CudaPlan plan(AttentionOperands operands, CudaTraits device, long parts) {
        int head = operands.headSize();
        int keys = keysAtOnce(head);
        Tensor query = operands.query();
        long pairs = query.size(0) * query.size(1);
        long tiles = Math.ceilDiv(query.size(2), (long) ROWS);
        int shared = HopperHeads.bytes(ROWS + 2 * STAGES * keys, head)
                + (1 + 4 * STAGES) * Long.BYTES
                + HopperHeads.ALIGNMENT;
        Optional<String> reason = whyNot(operands, shared, device)
                .or(() -> tooFewBlocks(tiles * pairs, parts, device))
                .or(() -> whereTheyLie(operands));
        if (reason.isPresent()) {
            return new CudaPlan.Declined(reason.get());
        }
        boolean paged = operands.table() != null;
        int lines = paged ? (int) Math.min(keys, box(operands.pageSize())) : keys;
        String file = "attention_hopper_" + (query.dtype() == DType.BF16 ? "bf16" : "f16");
        return CudaPlan.Launches.of(new CudaLaunch(
                CudaKernel.hopper(file, file + "_" + head),
                List.of(
                        HopperHeads.map(query, ROWS),
                        paged ? HopperHeads.pages(operands.key(), lines) : HopperHeads.map(operands.key(), lines),
                        paged ? HopperHeads.pages(operands.value(), lines) : HopperHeads.map(operands.value(), lines),
                        operands.memory(operands.lengths()),
                        operands.memory(operands.table()),
                        operands.memory(operands.out()),
                        operands.memory(operands.sums()),
                        new CudaArgument.Fields(operands.shape(1)),
                        CudaArgument.of(operands.parameters().scale()),
                        CudaArgument.of(operands.parameters().softCap()),
                        CudaArgument.of(lines)),
                tiles,
                pairs,
                1,
                HopperHeads.THREADS,
                shared));
    }

    /** Keys of a step: fewer for large heads, whose sums take the registers and whose tiles the shared memory. */
    private static int keysAtOnce(int head) {
        return head > 128 ? 64 : 128;
    }

    /** The largest power of two that divides a page. */
    private static long box(long pageSize) {
        return Long.lowestOneBit(pageSize);
    }

    private static Optional<String> whyNot(AttentionOperands operands, int shared, CudaTraits device) {
        long pairs = operands.query().size(0) * operands.query().size(1);
        if (operands.query().size(2) < FEWEST_QUERIES) {
            return Optional.of("fewer than " + FEWEST_QUERIES + " queries, which a warpgroup's products have as rows");
        }
        if (operands.mask() != null) {
            return Optional.of("no kernel for sm_90a adds a mask");
        }
        if (operands.parameters().softCap() == 0 && !(operands.parameters().scale() > 0)) {
            return Optional.of(
                    "a scale of " + operands.parameters().scale() + ", by which the largest dot is no largest score");
        }
        if (operands.table() != null && operands.pageSize() % SMALLEST_BOX != 0) {
            return Optional.of("pages of " + operands.pageSize() + ", not a multiple of " + SMALLEST_BOX);
        }
        if (pairs > CudaLaunch.MOST_BLOCKS_YZ) {
            return Optional.of("more than " + CudaLaunch.MOST_BLOCKS_YZ + " batch rows times heads");
        }
        if (shared > device.sharedBytes()) {
            return Optional.of("a block for sm_90a needs " + shared + " bytes of shared memory");
        }
        return Optional.empty();
    }

    /** Cutting the keys keeps more multiprocessors at work, each at less than half the rate. */
    private static Optional<String> tooFewBlocks(long blocks, long parts, CudaTraits device) {
        return parts > 2 && 3 * blocks < device.multiprocessors()
                ? Optional.of(
                        blocks + " blocks for " + device.multiprocessors() + " multiprocessors, so the keys are cut")
                : Optional.empty();
    }

    private static Optional<String> whereTheyLie(AttentionOperands operands) {
        return HopperHeads.whyNot("query", operands.query())
                .or(() -> HopperHeads.whyNot("key", operands.key()))
                .or(() -> HopperHeads.whyNot("value", operands.value()));
    }
}
