package dev.tenon.cpu.quant;

import dev.tenon.DType;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.cpu.plan.Stage;
import dev.tenon.cpu.x86.MachineCode;

/** Rows of quantized blocks to floats and back. */
public final class Blocks {
    /** Elements of the largest block. */
    public static final int LARGEST = 256;

    /** Staging tiles that no loop over these rows uses. */
    private static final int TILE = 7;

    private Blocks() {}

    /**
     * Decodes a row.
     *
     * @param from its first block
     * @param to where elements of {@code type} go, {@code step} bytes apart
     * @param n elements, whole blocks
     */
    public static void dequantize(DType quantized, long from, DType type, long to, long step, int n) {
        if (type == DType.F32 && step == Float.BYTES) {
            decode(quantized, from, to, n);
            return;
        }
        long tile = Scratch.current().tile(TILE);
        int stretch = Math.max(LARGEST, quantized.blockSize());
        for (int i = 0; i < n; i += stretch) {
            int count = Math.min(stretch, n - i);
            decode(quantized, from + quantized.bytes(i), tile, count);
            Stage.store(Domain.F32, type, tile, to + i * step, step, count);
        }
    }

    /**
     * Encodes a row.
     *
     * @param from its first element of {@code type}, {@code step} bytes from the next
     * @param n elements, whole blocks
     */
    public static void quantize(DType type, long from, long step, DType quantized, long to, int n) {
        long tile = Scratch.current().tile(TILE);
        int block = quantized.blockSize();
        for (int i = 0; i < n; i += block) {
            Stage.load(Domain.F32, type, from + i * step, step, tile, block);
            encode(quantized, tile, to + (long) (i / block) * quantized.blockBytes());
        }
    }

    /** {@code n} elements, whole blocks, to contiguous F32. */
    public static void decode(DType quantized, long from, long to, int n) {
        int blocks = n / quantized.blockSize();
        MachineCode code = MachineCode.get();
        if (code != null && blocks > 0) {
            code.lineDecode(quantized).orElseThrow().run(blocks, from, to, 0, 0, 0, 0, 0);
            return;
        }
        decodeWithVectors(quantized, from, to, blocks);
    }

    /** The same by way of the Vector API alone. */
    public static void decodeWithVectors(DType quantized, long from, long to, int blocks) {
        switch (quantized) {
            case Q8_0 -> SmallBlockDecoder.q8(from, to, blocks);
            case Q4_0 -> SmallBlockDecoder.q4(from, to, blocks);
            case Q4_1 -> SmallBlockDecoder.q4WithMinimum(from, to, blocks);
            case Q5_0 -> SmallBlockDecoder.q5(from, to, blocks);
            case Q5_1 -> SmallBlockDecoder.q5WithMinimum(from, to, blocks);
            case Q4_K -> SuperBlockDecoder.q4(from, to, blocks);
            case Q5_K -> SuperBlockDecoder.q5(from, to, blocks);
            case Q6_K -> SuperBlockDecoder.q6(from, to, blocks);
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL -> throw new AssertionError(quantized);
        }
    }

    /** One block from contiguous F32. */
    public static void encode(DType quantized, long from, long to) {
        switch (quantized) {
            case Q8_0 -> SmallBlocks.encodeQ8(from, to);
            case Q4_0 -> SmallBlocks.encodeQ4(from, to);
            case Q4_1 -> SmallBlocks.encodeQ4WithMinimum(from, to);
            case Q5_0 -> SmallBlocks.encodeQ5(from, to);
            case Q5_1 -> SmallBlocks.encodeQ5WithMinimum(from, to);
            case Q4_K -> SuperBlockEncoder.encodeQ4(from, to);
            case Q5_K -> SuperBlockEncoder.encodeQ5(from, to);
            case Q6_K -> SuperBlockEncoder.encodeQ6(from, to);
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL -> throw new AssertionError(quantized);
        }
    }
}
