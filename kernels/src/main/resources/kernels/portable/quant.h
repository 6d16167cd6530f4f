/*
 * GGUF's quantized blocks. B_x is a block's bytes, E_x its elements. tn_element_x(block, i): what element i stands for;
 * tn_decode_x(block, part): 32 elements from 32 * part on. Products of a scale and a value are exact in f32.
 * tn_encode_x(block, x): a block from f32 values, as ggml's reference quantizers define it.
 * Every block's size is even, so that its binary16 fields lie on even addresses.
 */
#include "lanes.h"
#define B_Q8_0 34
#define B_Q4_0 18
#define B_Q4_1 20
#define B_Q5_0 22
#define B_Q5_1 24
#define B_Q4_K 144
#define B_Q5_K 176
#define B_Q6_K 210
#define E_Q8_0 32
#define E_Q4_0 32
#define E_Q4_1 32
#define E_Q5_0 32
#define E_Q5_1 32
#define E_Q4_K 256
#define E_Q5_K 256
#define E_Q6_K 256
#define TN_BLOCK_BYTES(type) TN_CAT(B_, type)
#define TN_BLOCK_SIZE(type) TN_CAT(E_, type)
#define TN_ELEMENT(type) TN_CAT(tn_element_, type)
#define TN_DECODE(type) TN_CAT(tn_decode_, type)

TN_FUNCTION u32 tn_word_at(const TN_GLOBAL u8 *at) {
    return *(const TN_GLOBAL u16 *)at;
}
TN_FUNCTION f32 tn_half_at(const TN_GLOBAL u8 *at) {
    return load_F16((const TN_GLOBAL u16 *)at, 0);
}
/* Element i of 16 bytes whose low halves come first. */
TN_FUNCTION i32 tn_nibble(const TN_GLOBAL u8 *values, i32 i) {
    return values[i & 15] >> (i < 16 ? 0 : 4) & 15;
}
TN_FUNCTION i32 tn_fifth(const TN_GLOBAL u8 *bits, i32 i) {
    return (bits[i >> 3] >> (i & 7) & 1) << 4;
}
/* Element i of 128 bytes: 64 elements share 32 bytes, the low halves are the first 32 of them. */
TN_FUNCTION i32 tn_nibble_of_64(const TN_GLOBAL u8 *values, i32 i) {
    return values[(i >> 6) * 32 + (i & 31)] >> ((i & 32) >> 3) & 15;
}
/* The six-bit scale and minimum of one of eight parts: 12 bytes. */
TN_FUNCTION i32 tn_scale_of_8(const TN_GLOBAL u8 *scales, i32 part) {
    return part < 4 ? scales[part] & 63 : (scales[part + 4] & 15) | scales[part - 4] >> 6 << 4;
}
TN_FUNCTION i32 tn_minimum_of_8(const TN_GLOBAL u8 *scales, i32 part) {
    return part < 4 ? scales[part + 4] & 63 : scales[part + 4] >> 4 | scales[part] >> 6 << 4;
}

TN_FUNCTION f32 tn_element_Q8_0(const TN_GLOBAL u8 *block, i32 i) {
    return tn_half_at(block) * (f32)(i8)block[2 + i];
}
TN_FUNCTION f32 tn_element_Q4_0(const TN_GLOBAL u8 *block, i32 i) {
    return tn_half_at(block) * (f32)(tn_nibble(block + 2, i) - 8);
}
TN_FUNCTION f32 tn_element_Q4_1(const TN_GLOBAL u8 *block, i32 i) {
    return tn_half_at(block) * (f32)tn_nibble(block + 4, i) + tn_half_at(block + 2);
}
TN_FUNCTION f32 tn_element_Q5_0(const TN_GLOBAL u8 *block, i32 i) {
    return tn_half_at(block) * (f32)((tn_nibble(block + 6, i) | tn_fifth(block + 2, i)) - 16);
}
TN_FUNCTION f32 tn_element_Q5_1(const TN_GLOBAL u8 *block, i32 i) {
    return tn_half_at(block) * (f32)(tn_nibble(block + 8, i) | tn_fifth(block + 4, i)) + tn_half_at(block + 2);
}
TN_FUNCTION f32 tn_element_Q4_K(const TN_GLOBAL u8 *block, i32 i) {
    f32 scale = tn_half_at(block) * (f32)tn_scale_of_8(block + 4, i >> 5);
    f32 minimum = tn_half_at(block + 2) * (f32)tn_minimum_of_8(block + 4, i >> 5);
    return scale * (f32)tn_nibble_of_64(block + 16, i) - minimum;
}
TN_FUNCTION f32 tn_element_Q5_K(const TN_GLOBAL u8 *block, i32 i) {
    f32 scale = tn_half_at(block) * (f32)tn_scale_of_8(block + 4, i >> 5);
    f32 minimum = tn_half_at(block + 2) * (f32)tn_minimum_of_8(block + 4, i >> 5);
    i32 value = tn_nibble_of_64(block + 48, i) | (block[16 + (i & 31)] >> (i >> 5) & 1) << 4;
    return scale * (f32)value - minimum;
}
TN_FUNCTION f32 tn_element_Q6_K(const TN_GLOBAL u8 *block, i32 i) {
    i32 within = i & 127;
    i32 half_ = i >> 7;
    i32 low = block[half_ * 64 + (within & 63)] >> (within < 64 ? 0 : 4) & 15;
    i32 high = block[128 + half_ * 32 + (within & 31)] >> (2 * (within >> 5)) & 3;
    f32 scale = tn_half_at(block + 208) * (f32)(i8)block[192 + (i >> 4)];
    return scale * (f32)((low | high << 4) - 32);
}

TN_FUNCTION Tn32 tn_scaled(i32x16 low, i32x16 high, f32 scale) {
    Tn32 x;
    x.low = lanes_f32(low) * scale;
    x.high = lanes_f32(high) * scale;
    return x;
}
/* Each product is exact, so that one rounding is left either way. */
TN_FUNCTION Tn32 tn_shifted(i32x16 low, i32x16 high, f32 scale, f32 minimum) {
    Tn32 x;
    x.low = lanes_fma(lanes_f32(low), lanes_splat(scale), lanes_splat(minimum));
    x.high = lanes_fma(lanes_f32(high), lanes_splat(scale), lanes_splat(minimum));
    return x;
}
TN_FUNCTION Tn32 tn_decode_Q8_0(const TN_GLOBAL u8 *block, i32 part) {
    return tn_scaled(lanes_i8(block + 2), lanes_i8(block + 18), tn_half_at(block));
}
TN_FUNCTION Tn32 tn_decode_Q4_0(const TN_GLOBAL u8 *block, i32 part) {
    i32x16 both = lanes_u8(block + 2);
    return tn_scaled((both & 15) - 8, (both >> 4) - 8, tn_half_at(block));
}
TN_FUNCTION Tn32 tn_decode_Q4_1(const TN_GLOBAL u8 *block, i32 part) {
    i32x16 both = lanes_u8(block + 4);
    return tn_shifted(both & 15, both >> 4, tn_half_at(block), tn_half_at(block + 2));
}
TN_FUNCTION Tn32 tn_decode_Q5_0(const TN_GLOBAL u8 *block, i32 part) {
    i32x16 both = lanes_u8(block + 6);
    i32x16 low = (both & 15 | lanes_bits(tn_word_at(block + 2))) - 16;
    i32x16 high = (both >> 4 | lanes_bits(tn_word_at(block + 4))) - 16;
    return tn_scaled(low, high, tn_half_at(block));
}
TN_FUNCTION Tn32 tn_decode_Q5_1(const TN_GLOBAL u8 *block, i32 part) {
    i32x16 both = lanes_u8(block + 8);
    i32x16 low = both & 15 | lanes_bits(tn_word_at(block + 4));
    i32x16 high = both >> 4 | lanes_bits(tn_word_at(block + 6));
    return tn_shifted(low, high, tn_half_at(block), tn_half_at(block + 2));
}
TN_FUNCTION Tn32 tn_decode_Q4_K(const TN_GLOBAL u8 *block, i32 part) {
    f32 scale = tn_half_at(block) * (f32)tn_scale_of_8(block + 4, part);
    f32 minimum = tn_half_at(block + 2) * (f32)tn_minimum_of_8(block + 4, part);
    const TN_GLOBAL u8 *values = block + 16 + (part >> 1) * 32;
    i32 shift = (part & 1) * 4;
    return tn_shifted(lanes_u8(values) >> shift & 15, lanes_u8(values + 16) >> shift & 15, scale, -minimum);
}
TN_FUNCTION Tn32 tn_decode_Q5_K(const TN_GLOBAL u8 *block, i32 part) {
    f32 scale = tn_half_at(block) * (f32)tn_scale_of_8(block + 4, part);
    f32 minimum = tn_half_at(block + 2) * (f32)tn_minimum_of_8(block + 4, part);
    const TN_GLOBAL u8 *values = block + 48 + (part >> 1) * 32;
    const TN_GLOBAL u8 *fifths = block + 16;
    i32 shift = (part & 1) * 4;
    i32x16 low = lanes_u8(values) >> shift & 15 | lanes_set(lanes_u8(fifths), 1 << part);
    i32x16 high = lanes_u8(values + 16) >> shift & 15 | lanes_set(lanes_u8(fifths + 16), 1 << part);
    return tn_shifted(low, high, scale, -minimum);
}
TN_FUNCTION Tn32 tn_decode_Q6_K(const TN_GLOBAL u8 *block, i32 part) {
    f32 unit = tn_half_at(block + 208);
    i32 group = part & 3;
    const TN_GLOBAL u8 *low = block + (part >> 2) * 64 + (group & 1) * 32;
    const TN_GLOBAL u8 *high = block + 128 + (part >> 2) * 32;
    i32 shift = group >> 1 << 2;
    Tn32 x;
    x.low = lanes_f32((lanes_u8(low) >> shift & 15 | (lanes_u8(high) >> 2 * group & 3) << 4) - 32) *
            (unit * (f32)(i8)block[192 + 2 * part]);
    x.high = lanes_f32((lanes_u8(low + 16) >> shift & 15 | (lanes_u8(high + 16) >> 2 * group & 3) << 4) - 32) *
             (unit * (f32)(i8)block[193 + 2 * part]);
    return x;
}
