package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.conformance.reference.NumberFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** What an operand holds before the operator runs. */
@FunctionalInterface
public interface Content {
    /** Writes every element of the target. */
    void fill(Target target);

    /** An output that nothing reads: it starts as garbage. */
    Content OUTPUT = target -> {};

    /** What suits the type: normal values, all integers of the type's range, truth values, random blocks. */
    static Content any(DType dtype) {
        return switch (dtype) {
            case F64, F32, F16, BF16 -> normal(1);
            case I64, I32, I16, I8, U8 ->
                target -> {
                    for (long i = 0; i < target.count(); i++) {
                        target.whole(i, target.random().nextLong());
                    }
                };
            case BOOL -> whole(0, 2);
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> Content::blocks;
        };
    }

    /** Normal with mean 0. */
    static Content normal(double deviation) {
        return normal(0, deviation);
    }

    static Content normal(double mean, double deviation) {
        return target -> {
            for (long i = 0; i < target.count(); i++) {
                target.real(i, target.random().nextGaussian(mean, deviation));
            }
        };
    }

    /** Uniform in [low, high). */
    static Content uniform(double low, double high) {
        return target -> {
            for (long i = 0; i < target.count(); i++) {
                target.real(i, target.random().nextDouble(low, high));
            }
        };
    }

    /** Whole numbers in [low, high). */
    static Content whole(long low, long high) {
        return target -> {
            for (long i = 0; i < target.count(); i++) {
                long value = target.random().nextLong(low, high);
                if (target.dtype().isFloat()) {
                    target.real(i, value);
                } else {
                    target.whole(i, value);
                }
            }
        };
    }

    /** Whole numbers in [0, bound), no two the same. */
    static Content distinct(long bound) {
        return target -> {
            List<Long> values = new ArrayList<>();
            for (long i = 0; i < bound; i++) {
                values.add(i);
            }
            Collections.shuffle(values, new Random(target.random().nextLong()));
            for (int i = 0; i < target.count(); i++) {
                target.whole(i, values.get(i));
            }
        };
    }

    /** Given values, over and over. */
    static Content of(double... values) {
        return target -> {
            for (long i = 0; i < target.count(); i++) {
                double value = values[(int) (i % values.length)];
                if (target.dtype().isFloat()) {
                    target.real(i, value);
                } else {
                    target.whole(i, (long) value);
                }
            }
        };
    }

    /** Values computed from operands listed earlier. */
    static Content computed(Function<Target, double[]> values) {
        return target -> of(values.apply(target)).fill(target);
    }

    /** NaN, infinities, zeros of both signs, subnormals, the type's extremes, and normal values between them. */
    static Content special() {
        return target -> {
            DType dtype = target.dtype();
            double least = NumberFormat.ulp(dtype, 0);
            double[] values = {
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                0.0,
                -0.0,
                least,
                -3 * least,
                NumberFormat.smallestNormal(dtype),
                -NumberFormat.smallestNormal(dtype) + least,
                NumberFormat.largest(dtype),
                -NumberFormat.largest(dtype),
                1,
                -1,
                0.5,
                -2.5,
                1.5
            };
            for (long i = 0; i < target.count(); i++) {
                boolean ordinary = target.random().nextInt(3) == 0;
                target.real(
                        i,
                        ordinary
                                ? target.random().nextGaussian() * 4
                                : values[target.random().nextInt(values.length)]);
            }
        };
    }

    /** Mostly ordinary values with a NaN or an infinity here and there: for operators whose rows they spoil. */
    static Content spoiled() {
        return target -> {
            double[] values = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
            for (long i = 0; i < target.count(); i++) {
                boolean spoil = target.random().nextInt(40) == 0;
                target.real(
                        i,
                        spoil
                                ? values[target.random().nextInt(3)]
                                : target.random().nextGaussian());
            }
        };
    }

    private static void blocks(Target target) {
        DType dtype = target.dtype();
        for (long i = 0; i < target.count() / dtype.blockSize(); i++) {
            byte[] block = new byte[dtype.blockBytes()];
            target.random().nextBytes(block);
            double scale = target.random().nextDouble(0.5, 1.5);
            switch (dtype) {
                case Q8_0 -> putHalf(block, 0, scale / 100);
                case Q4_0, Q5_0 -> putHalf(block, 0, target.random().nextBoolean() ? scale / 8 : -scale / 8);
                case Q4_1, Q5_1 -> {
                    putHalf(block, 0, scale / 8);
                    putHalf(block, 2, -scale);
                }
                case Q4_K, Q5_K -> {
                    putHalf(block, 0, scale / 400);
                    putHalf(block, 2, scale / 60);
                }
                case Q6_K -> putHalf(block, 208, scale / 2000);
                case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL ->
                    throw new IllegalArgumentException(dtype.name());
            }
            target.block(i, block);
        }
    }

    private static void putHalf(byte[] block, int at, double value) {
        long bits = NumberFormat.bitsOfReal(DType.F16, value);
        block[at] = (byte) bits;
        block[at + 1] = (byte) (bits >>> 8);
    }
}
