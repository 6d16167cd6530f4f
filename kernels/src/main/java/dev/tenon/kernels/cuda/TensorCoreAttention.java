package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.CudaPlan.Launches;
import dev.tenon.kernels.cuda.CudaPlan.ScratchBuffer;
import dev.tenon.op.Attention;
import dev.tenon.op.PagedAttention;
import java.util.List;
import java.util.Optional;

/** Chooses the tensor-core kernel for attention over a contiguous or a paged cache, or says why none applies. */
public final class TensorCoreAttention {
    private static final int THREADS = 128;
    /** Rows of a tile where all warps share the keys, and where each has rows of its own. */
    private static final int FEW_ROWS = 16;

    private static final int ROWS = 64;
    /** Blocks that a multiprocessor should have before the keys are not cut into parts. */
    private static final int BLOCKS_A_MULTIPROCESSOR = 2;
    /** Keys that a part should have at least. */
    private static final int SMALLEST_PART = 256;

    private static final int MOST_PARTS = 64;

    private TensorCoreAttention() {}

    /**
     * @param op checked, on one device, whose buffers start on multiples of 16 bytes
     * @return launches that compute the whole operator, or why these kernels cannot
     */
    public static CudaPlan plan(Attention op, CudaTraits device) {
        return plan(AttentionOperands.of(op), device);
    }

    /** The same for a paged cache. */
    public static CudaPlan plan(PagedAttention op, CudaTraits device) {
        return plan(AttentionOperands.of(op), device);
    }

    private static CudaPlan plan(AttentionOperands operands, CudaTraits device) {
        if (operands.isEmpty()) {
            return new Launches(List.of(), List.of());
        }
        Optional<String> reason = operands.whyNot(device);
        if (reason.isPresent()) {
            return new Declined(reason.get());
        }
        boolean few = operands.rows() <= FEW_ROWS;
        int head = operands.headSize();
        int shared = few ? decodeBytes(head) : rowsBytes(head);
        if (shared > device.sharedBytes()) {
            return new Declined(
                    "a block needs " + shared + " bytes of shared memory, the device has " + device.sharedBytes());
        }
        long tiles = Math.ceilDiv(operands.rows(), few ? (long) FEW_ROWS : ROWS);
        if (tiles > Integer.MAX_VALUE) {
            return new Declined("more tiles than a grid has blocks");
        }
        long wanted = (long) device.multiprocessors() * BLOCKS_A_MULTIPROCESSOR / (tiles * operands.pairs());
        long parts = Math.clamp(Math.min(wanted, operands.keys() / SMALLEST_PART), 1, MOST_PARTS);
        String why = "";
        if (device.isHopper()) {
            switch (HopperAttention.plan(operands, device, parts)) {
                case Launches hopper -> {
                    return hopper;
                }
                case Declined declined -> why = declined.reason();
            }
        }
        boolean joined = parts > 1;
        CudaArgument none = operands.memory(null);
        String file = operands.query().dtype() == DType.BF16 ? "attention_bf16" : "attention_f16";
        CudaLaunch launch = new CudaLaunch(
                CudaKernel.ampere(file, file + (few ? "_decode_" : "_rows_") + head),
                List.of(
                        operands.memory(operands.query()),
                        operands.memory(operands.key()),
                        operands.memory(operands.value()),
                        operands.memory(operands.mask()),
                        operands.memory(operands.lengths()),
                        operands.memory(operands.table()),
                        operands.memory(operands.out()),
                        operands.memory(operands.sums()),
                        joined ? new CudaArgument.Scratch(0) : none,
                        joined ? new CudaArgument.Scratch(1) : none,
                        new CudaArgument.Fields(operands.shape(parts)),
                        CudaArgument.of(operands.parameters().scale()),
                        CudaArgument.of(operands.parameters().softCap())),
                tiles,
                operands.pairs(),
                parts,
                THREADS,
                shared);
        long results = operands.pairs() * operands.rows();
        return new Launches(
                List.of(launch),
                joined
                        ? List.of(
                                new ScratchBuffer(results * parts * (head + 2L) * Float.BYTES, false),
                                new ScratchBuffer(tiles * operands.pairs() * Integer.BYTES, true))
                        : List.of(),
                why);
    }

    /** Two stages of 64 keys and values, of 32 beside the queries for heads of 256; or the sums at the end. */
    private static int rowsBytes(int head) {
        int operands = head > 128 ? (ROWS + 2 * 2 * 32) * line(head) : 2 * 2 * 64 * line(head);
        return Math.max(operands, sums(head));
    }

    /** Three stages of 64 keys and values, two for large heads; beside the queries for heads of 256. */
    private static int decodeBytes(int head) {
        int operands = head > 128 ? (FEW_ROWS + 2 * 2 * 64) * line(head) : (head > 96 ? 2 : 3) * 2 * 64 * line(head);
        return Math.max(operands, sums(head));
    }

    /** Every warp's 16 rows of sums with their largest score and total, and a word for who comes last. */
    private static int sums(int head) {
        return THREADS / 32 * 16 * (head + 2) * Float.BYTES + 16;
    }

    /** A head's bytes in shared memory, an odd number of 16-byte chunks. */
    static int line(int head) {
        return (head / 8 | 1) * 16;
    }
}
