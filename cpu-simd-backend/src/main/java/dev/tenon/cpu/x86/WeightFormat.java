package dev.tenon.cpu.x86;

import dev.tenon.DType;
import java.util.Optional;

/**
 * How weights of one type become F32 in registers. A format takes one block of elements apart; what is done with the values
 * is another's affair (see {@link LineProductKernel} and {@link LineDecodeKernel}).
 */
interface WeightFormat {
    /** Elements of a block, a multiple of a vector's lanes. */
    int elements(Isa isa);

    /** Bytes of a block. */
    int bytes(Isa isa);

    /** Writes code that runs before the first block: constants to registers that {@link #decode} then leaves as they are. */
    default void prepare(Site site) {}

    /**
     * Writes code that puts a block's scales into {@link Site#scratch}, where {@link #decode} finds them. Apart from it, so that
     * the scales of several lines come before the values of the first, which would wait for them otherwise: of Q4_K's cycles that
     * saves a fifth.
     */
    default void scales(Mem block, Site site) {}

    /**
     * Writes the code for the values of one block.
     *
     * @param block the first byte
     * @param site what the code may use, and where {@link #scales} has been for this block
     * @param values takes each vector of values as soon as there is one, in any order
     */
    void decode(Mem block, Site site, Values values);

    /** Takes a vector of values: those of the block from the lane count times {@code index} on. */
    interface Values {
        void take(int index, Vec value);
    }

    /** The format of a type; none where it is not one of weights. */
    static Optional<WeightFormat> of(DType type) {
        return switch (type) {
            case F32, F16, BF16 -> Optional.of(new PlainFormat(type));
            case Q8_0 -> Optional.of(new ByteFormat());
            case Q4_0, Q4_1, Q5_0, Q5_1 -> Optional.of(new NibbleFormat(type));
            case Q4_K, Q5_K -> Optional.of(new SuperNibbleFormat(type));
            case Q6_K -> Optional.of(new SixBitFormat());
            case F64, I64, I32, I16, I8, U8, BOOL -> Optional.empty();
        };
    }
}
