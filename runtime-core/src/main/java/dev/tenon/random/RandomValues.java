package dev.tenon.random;

import dev.tenon.DType;

/**
 * What numbers random words stand for. Only integer operations and the F32 operations that IEEE 754 rounds correctly
 * (multiply, fused multiply-add, square root) are used, one after another as written here, so that a backend which
 * follows the same steps gives the same bits. No library logarithm, sine or cosine: those differ from one to the next.
 *
 * <p>{@code fma(a, b, c)} below is {@code a * b + c} rounded once.
 *
 * <p>The value at place {@code i} of a stream comes from the word at {@code i} (uniform, Bernoulli, integer) or from the
 * two words of the pair that {@code i} belongs to (normal).
 */
public final class RandomValues {
    /** 2^-24: words become multiples of it, which F32 holds exactly. */
    public static final float UNIT = 0x1p-24f;

    private static final float LN2 = 0x1.62e43p-1f;
    /** The bits of the square root of 1/2: mantissas are taken from here to its double, round 1. */
    private static final int ROOT_HALF = 0x3F35_04F3;

    /**
     * Coefficients of p in ln(1 + f) = f - f^2/2 + f^3 p(f) for 1 + f from sqrt(1/2) to sqrt(2), constant first:
     * least-maximum-error fit, 7e-10 of relative error before rounding to F32.
     */
    static final float[] LOGARITHM = {
        0x1.555546p-2f,
        -0x1.ffffeep-3f,
        0x1.99a546p-3f,
        -0x1.5562e2p-3f,
        0x1.2332b8p-3f,
        -0x1.fb434ep-4f,
        0x1.e6512ep-4f,
        -0x1.e2e918p-4f,
        0x1.1b40e4p-4f
    };

    /** Coefficients in x^2 of sin(pi/2 x) / x for x from -1/2 to 1/2. */
    static final float[] SINE = {0x1.921fb6p+0f, -0x1.4abbbap-1f, 0x1.465ec6p-4f, -0x1.2d9bb8p-8f};

    /** Coefficients in x^2 of cos(pi/2 x) for x from -1/2 to 1/2. */
    static final float[] COSINE = {1, -0x1.3bd3ccp+0f, 0x1.03c1dep-2f, -0x1.55c664p-6f, 0x1.d9f7bap-11f};

    private RandomValues() {}

    /** Uniform in [0, 1): the word's upper 24 bits times 2^-24. */
    public static float uniform(int word) {
        return (word >>> 8) * UNIT;
    }

    /** The uniform value in [0, 1) at a place of a seed's stream. */
    public static float uniform(long seed, long index) {
        return uniform(Philox.word(seed, index));
    }

    /**
     * Uniform in [low, high): {@code min(fma(uniform(word), high - low, low), last)}.
     *
     * @param last {@link #last} of the type that the value is stored in
     */
    public static float uniform(int word, float low, float high, float last) {
        return Math.min(Math.fma(uniform(word), high - low, low), last);
    }

    /**
     * The largest value of {@code type} below {@code high}: rounding must not lift a value of [low, high) to its open
     * end. It is {@code low} where the interval is empty.
     */
    public static float last(float low, float high, DType type) {
        if (!(low < high)) {
            return low;
        }
        float last = Math.nextDown(high);
        return switch (type) {
            case F16 -> {
                short nearest = Float.floatToFloat16(last);
                float rounded = Float.float16ToFloat(nearest);
                yield rounded <= last ? rounded : Float.float16ToFloat(halfDown(nearest));
            }
            case BF16 -> {
                int bits = Float.floatToRawIntBits(last);
                int down = bits >= 0 || (bits & 0xFFFF) == 0 ? bits : bits + 0x1_0000;
                yield Float.intBitsToFloat(down & 0xFFFF_0000);
            }
            case F64, F32, I64, I32, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> last;
        };
    }

    private static short halfDown(short bits) {
        if (bits == 0) {
            return (short) 0x8001;
        }
        return (short) (bits > 0 ? bits - 1 : bits + 1);
    }

    /** Whether an event of the given probability happens: {@code uniform(word) < probability}. */
    public static boolean bernoulli(int word, float probability) {
        return uniform(word) < probability;
    }

    /**
     * A whole number in [0, bound), both read as unsigned: the upper half of {@code word * bound}. A value's chance is
     * off from {@code 1 / bound} by less than 2^-32.
     */
    public static int integer(int word, int bound) {
        return (int) ((word & 0xFFFF_FFFFL) * (bound & 0xFFFF_FFFFL) >>> 32);
    }

    /**
     * The standard normal value at a place of a seed's stream, by Box and Muller's transform: the words of the pair give
     * a radius and an angle, and the value is {@code radius * cosine} at even places and {@code radius * sine} at odd
     * ones. No value is beyond 5.77 in magnitude.
     */
    public static float normal(long seed, long index) {
        long pair = Philox.pair(seed, index & ~1L);
        return normal((int) pair, (int) (pair >>> 32), (index & 1) != 0);
    }

    /** The normal value with a mean and a standard deviation: {@code fma(normal(seed, index), deviation, mean)}. */
    public static float normal(long seed, long index, float mean, float deviation) {
        return Math.fma(normal(seed, index), deviation, mean);
    }

    /**
     * The standard normal value of a pair of words.
     *
     * @param first the pair's word at the even place: the radius
     * @param second its word at the odd place: the angle
     */
    public static float normal(int first, int second, boolean odd) {
        return radius(first) * (odd ? sine(second) : cosine(second));
    }

    /**
     * {@code sqrt(-2 ln u)} with {@code u = ((word >>> 8) + 1) 2^-24}, which is in (0, 1]. The logarithm: u is split into
     * {@code 2^e (1 + f)} with 1 + f from sqrt(1/2) to sqrt(2); p is evaluated by Horner's rule, each step an fma; then
     * {@code fma(e, ln 2, fma(f * f, fma(f, p, -1/2), f))}.
     */
    public static float radius(int word) {
        int bits = Float.floatToRawIntBits((word >>> 8) + 1) - ROOT_HALF;
        int exponent = bits >> 23;
        float f = Float.intBitsToFloat((bits & 0x7F_FFFF) + ROOT_HALF) - 1;
        float p = horner(LOGARITHM, f);
        float mantissa = Math.fma(f * f, Math.fma(f, p, -0.5f), f);
        float logarithm = Math.fma((float) (exponent - 24), LN2, mantissa);
        return (float) Math.sqrt(-2 * logarithm);
    }

    /** The cosine of 2 pi (word >>> 8) 2^-24. */
    public static float cosine(int word) {
        return quarterTurns(word, 1);
    }

    /** The sine of 2 pi (word >>> 8) 2^-24. */
    public static float sine(int word) {
        return quarterTurns(word, 0);
    }

    /**
     * The sine of the angle plus {@code more} quarter turns. The angle's 24 bits are split exactly into the nearest
     * quarter turn and a rest x of at most half of one: {@code j = word >>> 8; q = (j + 2^21) >>> 22; x = (j - (q << 22))
     * 2^-22}. Even q: {@code x * S(x * x)}; odd q: {@code C(x * x)}, both by Horner's rule, each step an fma; the sign is
     * that of the quarter.
     */
    private static float quarterTurns(int word, int more) {
        int angle = word >>> 8;
        int nearest = (angle + (1 << 21)) >>> 22;
        float x = (angle - (nearest << 22)) * 0x1p-22f;
        float square = x * x;
        int quarter = nearest + more;
        float value = (quarter & 1) == 0 ? x * horner(SINE, square) : horner(COSINE, square);
        return (quarter & 2) == 0 ? value : -value;
    }

    private static float horner(float[] coefficients, float x) {
        float value = coefficients[coefficients.length - 1];
        for (int i = coefficients.length - 2; i >= 0; i--) {
            value = Math.fma(value, x, coefficients[i]);
        }
        return value;
    }
}
