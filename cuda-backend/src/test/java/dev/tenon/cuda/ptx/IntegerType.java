package dev.tenon.cuda.ptx;

import org.jspecify.annotations.Nullable;

/** A type of integers, or of bits that are taken for one without a sign. */
record IntegerType(int bits, boolean isSigned) {
    /** The type with this name; null if it is none of integers. */
    static @Nullable IntegerType of(String name) {
        return switch (name) {
            case "s8" -> new IntegerType(8, true);
            case "s16" -> new IntegerType(16, true);
            case "s32" -> new IntegerType(32, true);
            case "s64" -> new IntegerType(64, true);
            case "u8", "b8" -> new IntegerType(8, false);
            case "u16", "b16" -> new IntegerType(16, false);
            case "u32", "b32" -> new IntegerType(32, false);
            case "u64", "b64" -> new IntegerType(64, false);
            default -> null;
        };
    }

    /** The value in a slot; one of 64 bits without a sign has the bits of one with. */
    long of(long slot) {
        return isSigned ? slot << 64 - bits >> 64 - bits : unsigned(slot);
    }

    long unsigned(long slot) {
        return bits == 64 ? slot : slot & (1L << bits) - 1;
    }

    int compare(long a, long b) {
        return isSigned ? Long.compare(of(a), of(b)) : Long.compareUnsigned(of(a), of(b));
    }

    /** The upper half of a product. */
    long high(long a, long b) {
        if (bits == 64) {
            return isSigned ? Math.multiplyHigh(a, b) : Math.unsignedMultiplyHigh(a, b);
        }
        return of(a) * of(b) >> bits;
    }

    /** Division by zero gives ones, as devices do; PTX leaves it open. */
    long quotient(long a, long b) {
        if (of(b) == 0) {
            return -1;
        }
        return isSigned ? of(a) / of(b) : Long.divideUnsigned(of(a), of(b));
    }

    long remainder(long a, long b) {
        if (of(b) == 0) {
            return a;
        }
        return isSigned ? of(a) % of(b) : Long.remainderUnsigned(of(a), of(b));
    }

    /** {@code bfe}: a field of bits; past the end it goes on with the sign, or zeros. */
    long extract(long a, int position, int length) {
        if (length == 0) {
            return 0;
        }
        long value = of(a);
        long moved =
                position >= bits ? (isSigned ? value >> 63 : 0) : isSigned ? value >> position : value >>> position;
        int left = Math.min(length, bits);
        if (left == 64) {
            return moved;
        }
        return isSigned ? moved << 64 - left >> 64 - left : moved & (1L << left) - 1;
    }
}
