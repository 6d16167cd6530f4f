package dev.tenon;

import dev.tenon.error.InvalidArgumentException;

/**
 * The angles by which {@link dev.tenon.op.Rope} turns the pairs of a head, under each of the known ways to stretch a
 * model's context. Computed in double precision and rounded once.
 */
public final class RopeFrequencies {
    private final double[] radians;
    private final double magnitude;

    private RopeFrequencies(double[] radians, double magnitude) {
        this.radians = radians;
        this.magnitude = magnitude;
    }

    /**
     * {@code base^(-2i/size)} for pair i (Su et al. 2021, RoFormer).
     *
     * @param size elements of a head that turn, an even number; there are {@code size / 2} pairs
     * @param base usually 10,000
     * @throws InvalidArgumentException if {@code size} is odd or not positive, or {@code base} is not a finite number over 1
     */
    public static RopeFrequencies of(int size, double base) {
        if (size <= 0 || size % 2 != 0) {
            throw new InvalidArgumentException("rope: " + size + " elements do not make pairs");
        }
        if (!(base > 1) || base == Double.POSITIVE_INFINITY) {
            throw new InvalidArgumentException("rope: the base must be a finite number over 1, not " + base);
        }
        double[] radians = new double[size / 2];
        for (int i = 0; i < radians.length; i++) {
            radians[i] = Math.pow(base, -2.0 * i / size);
        }
        return new RopeFrequencies(radians, 1);
    }

    /** Position interpolation: positions pressed together by {@code factor} (Chen et al. 2023). */
    public static RopeFrequencies linear(int size, double base, double factor) {
        requirePositive("factor", factor);
        RopeFrequencies plain = of(size, base);
        for (int i = 0; i < plain.radians.length; i++) {
            plain.radians[i] /= factor;
        }
        return plain;
    }

    /** NTK-aware scaling: the base raised so that the slowest pair is interpolated by {@code factor} (bloc97 2023). */
    public static RopeFrequencies ntk(int size, double base, double factor) {
        requirePositive("factor", factor);
        return of(size, size > 2 ? base * Math.pow(factor, size / (size - 2.0)) : base);
    }

    /**
     * Dynamic NTK scaling (emozilla 2023, as in Hugging Face's {@code dynamic}): as {@link #ntk} by what {@code length}
     * asks for, nothing up to the original context.
     *
     * @param original positions that the model was trained with
     * @param length positions that are to be used
     */
    public static RopeFrequencies dynamicNtk(int size, double base, double factor, long original, long length) {
        requirePositive("factor", factor);
        requirePositive("original context", original);
        double stretch = factor * Math.max(length, original) / original - (factor - 1);
        return ntk(size, base, stretch);
    }

    /**
     * YaRN (Peng et al. 2023): fast pairs as they are, slow ones interpolated, a ramp between. The magnitude is {@code
     * 0.1 ln(factor) + 1}; {@link #withMagnitude} sets another.
     *
     * @param original positions that the model was trained with
     * @param betaFast turns over the original context from which on a pair is fast, usually 32
     * @param betaSlow turns up to which it is slow, usually 1
     */
    public static RopeFrequencies yarn(
            int size, double base, double factor, long original, double betaFast, double betaSlow) {
        requirePositive("factor", factor);
        requirePositive("original context", original);
        requirePositive("betaFast", betaFast);
        requirePositive("betaSlow", betaSlow);
        RopeFrequencies plain = of(size, base);
        double low = Math.max(0, Math.floor(pairOfTurns(size, base, original, betaFast)));
        double high = Math.min(size - 1.0, Math.ceil(pairOfTurns(size, base, original, betaSlow)));
        for (int i = 0; i < plain.radians.length; i++) {
            double slow = Math.clamp((i - low) / Math.max(0.001, high - low), 0.0, 1.0);
            plain.radians[i] = plain.radians[i] / factor * slow + plain.radians[i] * (1 - slow);
        }
        return plain.withMagnitude(factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1);
    }

    /** The pair, as a real number, that turns {@code turns} times over {@code original} positions. */
    private static double pairOfTurns(int size, double base, long original, double turns) {
        return size * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(base));
    }

    /**
     * Llama 3.1's scaling: pairs of short wavelength as they are, of long wavelength interpolated, a ramp between
     * (Meta's {@code llama-models}, {@code apply_scaling}).
     *
     * @param lowFactor {@code original / lowFactor} positions is the longest wavelength that is not wholly interpolated
     * @param highFactor {@code original / highFactor} positions is the shortest that is not left alone
     * @param original positions that the model was trained with before
     */
    public static RopeFrequencies llama3(
            int size, double base, double factor, double lowFactor, double highFactor, long original) {
        requirePositive("factor", factor);
        requirePositive("low factor", lowFactor);
        requirePositive("original context", original);
        if (!(highFactor > lowFactor)) {
            throw new InvalidArgumentException("rope: the high factor must be over the low factor");
        }
        RopeFrequencies plain = of(size, base);
        for (int i = 0; i < plain.radians.length; i++) {
            double turns = original * plain.radians[i] / (2 * Math.PI);
            double fast = Math.clamp((turns - lowFactor) / (highFactor - lowFactor), 0.0, 1.0);
            plain.radians[i] = plain.radians[i] / factor * (1 - fast) + plain.radians[i] * fast;
        }
        return plain;
    }

    /**
     * Each pair's frequency divided by a factor of its own: LongRoPE (Ding et al. 2024), and the {@code rope_freqs} that
     * GGUF files of Llama 3 carry.
     *
     * @param divisors one a pair
     * @throws InvalidArgumentException if there are more or fewer, or one is not a positive finite number
     */
    public RopeFrequencies divided(float[] divisors) {
        if (divisors.length != radians.length) {
            throw new InvalidArgumentException(
                    "rope: " + divisors.length + " factors for " + radians.length + " pairs");
        }
        double[] divided = radians.clone();
        for (int i = 0; i < divided.length; i++) {
            requirePositive("factor " + i, divisors[i]);
            divided[i] /= divisors[i];
        }
        return new RopeFrequencies(divided, magnitude);
    }

    /** LongRoPE's magnitude: {@code sqrt(1 + ln(stretch) / ln(original))}, 1 for a stretch of at most 1. */
    public static double longRopeMagnitude(double stretch, long original) {
        requirePositive("original context", original);
        return stretch <= 1 || original <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original));
    }

    /** The same angles with another magnitude. */
    public RopeFrequencies withMagnitude(double value) {
        requirePositive("magnitude", value);
        return new RopeFrequencies(radians, value);
    }

    /** Radians a position, one a pair: {@link dev.tenon.op.Rope}'s {@code frequencies}. */
    public float[] toFloatArray() {
        float[] rounded = new float[radians.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) radians[i];
        }
        return rounded;
    }

    /** What the turned elements are multiplied by: {@link dev.tenon.op.Rope}'s {@code magnitude}. */
    public float magnitude() {
        return (float) magnitude;
    }

    /** How many pairs turn. */
    public int pairs() {
        return radians.length;
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
            throw new InvalidArgumentException("rope: the " + name + " must be a positive number, not " + value);
        }
    }
}
