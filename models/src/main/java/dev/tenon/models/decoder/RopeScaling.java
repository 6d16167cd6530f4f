package dev.tenon.models.decoder;

import dev.tenon.RopeFrequencies;

/** How a model's rotary embedding was stretched past the context it was first trained with. */
public sealed interface RopeScaling {
    /** Not at all. */
    record None() implements RopeScaling {}

    /** See {@link RopeFrequencies#linear}. */
    record Linear(double factor) implements RopeScaling {}

    /** See {@link RopeFrequencies#dynamicNtk}; the length is the session's context. */
    record DynamicNtk(double factor, long original) implements RopeScaling {}

    /**
     * See {@link RopeFrequencies#yarn}.
     *
     * @param magnitude 0: what the factor gives
     */
    record Yarn(double factor, long original, double betaFast, double betaSlow, double magnitude)
            implements RopeScaling {}

    /** See {@link RopeFrequencies#llama3}. */
    record Llama3(double factor, double lowFactor, double highFactor, long original) implements RopeScaling {}

    /** The factors of {@code rope_freqs.weight}, one a pair. */
    record Divisors(float[] divisors) implements RopeScaling {}

    /**
     * LongRoPE: one set of factors for sessions within the original context, another past it.
     *
     * @param magnitude 0: 1
     */
    record LongRope(float[] within, float[] past, long original, double magnitude) implements RopeScaling {}

    /**
     * @param size elements of a head that turn
     * @param length positions that the session may use
     */
    default RopeFrequencies frequencies(int size, double base, long length) {
        return switch (this) {
            case None _ -> RopeFrequencies.of(size, base);
            case Linear s -> RopeFrequencies.linear(size, base, s.factor);
            case DynamicNtk s -> RopeFrequencies.dynamicNtk(size, base, s.factor, s.original, length);
            case Yarn s -> {
                RopeFrequencies yarn = RopeFrequencies.yarn(size, base, s.factor, s.original, s.betaFast, s.betaSlow);
                yield s.magnitude == 0 ? yarn : yarn.withMagnitude(s.magnitude);
            }
            case Llama3 s -> RopeFrequencies.llama3(size, base, s.factor, s.lowFactor, s.highFactor, s.original);
            case Divisors s -> RopeFrequencies.of(size, base).divided(s.divisors);
            case LongRope s -> {
                RopeFrequencies divided =
                        RopeFrequencies.of(size, base).divided(length > s.original ? s.past : s.within);
                yield s.magnitude == 0 ? divided : divided.withMagnitude(s.magnitude);
            }
        };
    }
}
