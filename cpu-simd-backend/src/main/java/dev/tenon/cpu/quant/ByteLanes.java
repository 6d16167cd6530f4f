package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Bytes widened to a vector of integers, one a lane: small enough for C2 to inline, so that no vector is boxed. */
final class ByteLanes {
    /** At most 16 lanes, so that half a block of nibbles is a whole number of vectors. */
    static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    static final int LANES = FLOATS.length();

    /** 0, 1, 2 and so on. */
    static final IntVector INDEX = IntVector.zero(INTS).addIndex(1);

    /** The smallest byte vector has eight lanes; four are taken from a word instead. */
    private static final boolean WHOLE = LANES >= 8;

    private static final VectorSpecies<Byte> BYTES =
            WHOLE ? VectorSpecies.of(byte.class, VectorShape.forBitSize(LANES * 8)) : ByteVector.SPECIES_64;
    private static final IntVector BITS = INDEX.mul(8);

    private ByteLanes() {}

    static IntVector unsigned(long address) {
        if (WHOLE) {
            return (IntVector) ByteVector.fromMemorySegment(BYTES, ALL, address, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        }
        return IntVector.broadcast(INTS, OffHeap.getInt(address))
                .lanewise(VectorOperators.LSHR, BITS)
                .and(255);
    }

    static IntVector signed(long address) {
        if (WHOLE) {
            return (IntVector)
                    ByteVector.fromMemorySegment(BYTES, ALL, address, ORDER).convertShape(VectorOperators.B2I, INTS, 0);
        }
        return unsigned(address).lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24);
    }

    /** Integers as floats. */
    static FloatVector floats(IntVector values) {
        return (FloatVector) values.convert(VectorOperators.I2F, 0);
    }

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, ALL, address, ORDER);
    }

    /** The fifth bits of {@code LANES} values from the lowest of {@code word} on, at their place: 0 or 16. */
    static IntVector fifth(int word) {
        return IntVector.broadcast(INTS, word)
                .lanewise(VectorOperators.LSHR, INDEX)
                .and(1)
                .lanewise(VectorOperators.LSHL, 4);
    }
}
