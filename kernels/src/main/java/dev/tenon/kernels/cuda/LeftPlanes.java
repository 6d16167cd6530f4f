package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.ScratchBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What Hopper's kernels with weights in registers want of their left operand, in boxes of 128 rows by 64 terms: 16-bit rows as they are;
 * F32 rows as three planes of BF16 that add up to them, and sums of 32 terms for the weight's minimums, which a launch of left_planes.cu
 * writes into scratch memory. Rows are contiguous, and start on multiples of 16 bytes.
 *
 * @param stageParts parts of 32 terms in a stage of the weight, for whose minimums there are sums; 0 where there are none
 */
record LeftPlanes(GemmOperands operands, int stageParts) {
    static final int ROWS = 128;
    static final int TERMS = 64;
    /** Bytes of a box. */
    static final int BOX = ROWS * TERMS * DType.BF16.blockBytes();
    /** BF16 numbers that add up to an F32 one. */
    static final int PLANES = 3;
    /** Terms of a part. */
    static final int PART = 32;

    /** Beyond this it is more memory than a caller expects a product to take. */
    static final long MOST_SCRATCH = 512L << 20;

    private static final String FILE = "left_planes";
    /** Sums' numbers for a stage of the weight. */
    private static final int SLOTS = 32;

    private static final int THREADS = 256;
    private static final int PARTS_A_BLOCK = THREADS / 8;

    /** Whether rows come in planes. */
    boolean isWide() {
        return operands.op().a().dtype() == DType.F32;
    }

    boolean hasSums() {
        return stageParts != 0;
    }

    long scratchBytes() {
        return scratch().stream().mapToLong(ScratchBuffer::bytes).sum();
    }

    /** Planes, then sums, where there are such. */
    List<ScratchBuffer> scratch() {
        List<ScratchBuffer> scratch = new ArrayList<>(2);
        long rows = operands.batch() * operands.m();
        if (isWide()) {
            scratch.add(new ScratchBuffer(PLANES * rows * pitch() * DType.BF16.blockBytes(), false));
        }
        if (hasSums()) {
            scratch.add(new ScratchBuffer(rows * stages() * SLOTS * DType.BF16.blockBytes(), false));
        }
        return List.copyOf(scratch);
    }

    /** The launches that write the scratch memory: one, or none. */
    List<CudaLaunch> launches() {
        if (!isWide() && !hasSums()) {
            return List.of();
        }
        CudaArgument none = new CudaArgument.Memory(operands.op().out().buffer());
        return List.of(new CudaLaunch(
                CudaKernel.ampere(FILE, FILE),
                List.of(
                        new CudaArgument.Memory(operands.op().a().buffer()),
                        isWide() ? new CudaArgument.Scratch(0) : none,
                        hasSums() ? new CudaArgument.Scratch(isWide() ? 1 : 0) : none,
                        shape(0),
                        CudaArgument.of((long) stageParts)),
                blocks(),
                operands.batch(),
                1,
                THREADS,
                0));
    }

    /** Along x; whole stages' parts of each row where there are sums. */
    long blocks() {
        long parts = hasSums() ? stages() * stageParts : Math.ceilDiv(operands.k(), (long) PART);
        return Math.ceilDiv(operands.m() * parts, (long) PARTS_A_BLOCK);
    }

    /** {@code GemmShape} with a's rows. */
    CudaArgument shape(long strideOfB) {
        return new CudaArgument.Fields(operands.shape(operands.a().rowStride(), strideOfB));
    }

    TensorMap rowsMap() {
        if (isWide()) {
            return scratchMap(operands.k(), pitch(), PLANES * operands.batch());
        }
        long line = 2 * operands.a().rowStride();
        return new TensorMap(
                TensorMap.Element.of(operands.op().a().dtype()),
                2 * operands.a().base(),
                List.of(operands.k(), operands.m(), operands.batch()),
                List.of(line, operands.batch() == 1 ? line : 2 * operands.a().batchStride()),
                List.of(TERMS, ROWS, 1));
    }

    TensorMap sumsMap() {
        return scratchMap(stages() * SLOTS, stages() * SLOTS, operands.batch());
    }

    CudaArgument rows() {
        return isWide()
                ? new CudaArgument.ScratchMap(0, rowsMap())
                : new CudaArgument.Map(operands.op().a().buffer(), rowsMap());
    }

    /** Where there are none, some other map, which the kernel does not look at. */
    CudaArgument sums() {
        return hasSums() ? new CudaArgument.ScratchMap(isWide() ? 1 : 0, sumsMap()) : rows();
    }

    private TensorMap scratchMap(long length, long pitch, long batch) {
        return new TensorMap(
                TensorMap.Element.BF16,
                0,
                List.of(length, operands.m(), batch),
                List.of(2 * pitch, 2 * pitch * operands.m()),
                List.of(TERMS, ROWS, 1));
    }

    private long stages() {
        return Math.ceilDiv(operands.k(), (long) stageParts * PART);
    }

    /** Lines of planes start on multiples of 16 bytes. */
    private long pitch() {
        return Math.ceilDiv(operands.k(), 8L) * 8;
    }
}
