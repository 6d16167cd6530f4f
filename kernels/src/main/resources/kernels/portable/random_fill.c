/*
 * RandomFill: Philox4x32-10 (Salmon et al. 2011), and the numbers that its words stand for, step by step as
 * dev.tenon.random.RandomValues defines them: only operations that IEEE 754 rounds correctly, so that the bits are the
 * same everywhere. FUNCTION is uniform, normal or bernoulli, with parameters a, b and c.
 */
#define OPERANDS 1
#include "tenon.h"

TN_FUNCTION void tn_philox(u64 seed, u64 counter, u32 *words) {
    u32 c0 = (u32)counter;
    u32 c1 = (u32)(counter >> 32);
    u32 c2 = 0;
    u32 c3 = 0;
    u32 k0 = (u32)seed;
    u32 k1 = (u32)(seed >> 32);
    for (i32 round_ = 0; round_ < 10; round_++) {
        u32 high0 = TN_MULTIPLY_HIGH(0xD2511F53u, c0);
        u32 low0 = 0xD2511F53u * c0;
        u32 high1 = TN_MULTIPLY_HIGH(0xCD9E8D57u, c2);
        u32 low1 = 0xCD9E8D57u * c2;
        c0 = high1 ^ c1 ^ k0;
        c1 = low1;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

TN_FUNCTION f32 tn_unit(u32 word) {
    return (f32)(word >> 8) * 0x1p-24f;
}

/* a: low, b: high - low, c: the last value below high. */
TN_FUNCTION f32 tn_uniform(u32 even, u32 odd, u64 index, f32 a, f32 b, f32 c) {
    return fmin(fma(tn_unit((index & 1) == 0 ? even : odd), b, a), c);
}

TN_FUNCTION f32 tn_bernoulli(u32 even, u32 odd, u64 index, f32 a, f32 b, f32 c) {
    return tn_unit((index & 1) == 0 ? even : odd) < a ? 1.0f : 0.0f;
}

TN_FUNCTION f32 tn_radius(u32 word) {
    i32 bits = (i32)TN_AS_U32((f32)((word >> 8) + 1)) - 0x3F3504F3;
    i32 exponent = bits >> 23;
    f32 f = TN_AS_F32((bits & 0x7FFFFF) + 0x3F3504F3) - 1;
    f32 p = 0x1.1b40e4p-4f;
    p = fma(p, f, -0x1.e2e918p-4f);
    p = fma(p, f, 0x1.e6512ep-4f);
    p = fma(p, f, -0x1.fb434ep-4f);
    p = fma(p, f, 0x1.2332b8p-3f);
    p = fma(p, f, -0x1.5562e2p-3f);
    p = fma(p, f, 0x1.99a546p-3f);
    p = fma(p, f, -0x1.ffffeep-3f);
    p = fma(p, f, 0x1.555546p-2f);
    f32 mantissa = fma(f * f, fma(f, p, -0.5f), f);
    return sqrt(-2 * fma((f32)(exponent - 24), 0x1.62e43p-1f, mantissa));
}

TN_FUNCTION f32 tn_turn(u32 word, i32 more) {
    i32 angle = (i32)(word >> 8);
    i32 nearest = (angle + (1 << 21)) >> 22;
    f32 x = (f32)(angle - (nearest << 22)) * 0x1p-22f;
    f32 square = x * x;
    f32 sine = fma(fma(fma(-0x1.2d9bb8p-8f, square, 0x1.465ec6p-4f), square, -0x1.4abbbap-1f), square, 0x1.921fb6p+0f);
    f32 cosine = fma(
        fma(fma(fma(0x1.d9f7bap-11f, square, -0x1.55c664p-6f), square, 0x1.03c1dep-2f), square, -0x1.3bd3ccp+0f),
        square, 1.0f);
    i32 quarter = nearest + more;
    f32 value = (quarter & 1) == 0 ? x * sine : cosine;
    return (quarter & 2) == 0 ? value : -value;
}

/* Box and Muller's transform; a: mean, b: deviation. */
TN_FUNCTION f32 tn_normal(u32 even, u32 odd, u64 index, f32 a, f32 b, f32 c) {
    f32 value = tn_radius(even) * tn_turn(odd, (index & 1) == 0 ? 1 : 0);
    return fma(value, b, a);
}

TN_KERNEL random_fill(TN_GLOBAL TN_STORAGE(TYPE) * out, const TnAxes axes, const u64 seed, const u64 offset,
                      const f32 a, const f32 b, const f32 c) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    u64 place = offset + (u64)index;
    u32 words[4];
    tn_philox(seed, place >> 2, words);
    u32 even = (place & 2) == 0 ? words[0] : words[2];
    u32 odd = (place & 2) == 0 ? words[1] : words[3];
    TN_WRITE(TYPE)(out, at[0], TN_CAT(tn_, FUNCTION)(even, odd, place, a, b, c));
}
