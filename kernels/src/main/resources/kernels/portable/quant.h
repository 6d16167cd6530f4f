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

/*
 * What a nibble stands for: (offset + nibble) * scale + minimum; a minimum of -0 adds nothing. tn_nibbles takes the four bits of
 * each byte from `down` on, tn_fifths adds 16 to those whose bits the word `fifths` has. Each product is exact, so that one rounding is left.
 */
#define TN_NO_MINIMUM -0.0f
#ifdef LANES_TABLES
typedef i32x16 TnBytes;
#define TN_BYTES(bytes) lanes_widened(bytes)
typedef struct {
    f32x16 first;
    f32x16 second;
} TnLine;
TN_FUNCTION TnLine tn_line(f32 scale, f32 minimum, i32 offset) {
    f32x16 number = (f32x16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) + (f32)offset;
    TnLine line;
    line.first = lanes_fma(number, lanes_splat(scale), lanes_splat(minimum));
    line.second = lanes_fma(number + 16.0f, lanes_splat(scale), lanes_splat(minimum));
    return line;
}
TN_FUNCTION f32x16 tn_nibbles(TnLine line, TnBytes bytes, i32 down) {
    return lanes_look(line.first, bytes, down);
}
TN_FUNCTION f32x16 tn_fifths(TnLine line, TnBytes bytes, i32 down, u32 fifths) {
    return lanes_choose(fifths, lanes_look(line.second, bytes, down), lanes_look(line.first, bytes, down));
}
#else
typedef u8x16 TnBytes;
#define TN_BYTES(bytes) bytes
typedef struct {
    f32 scale;
    f32 minimum;
    i32 offset;
} TnLine;
TN_FUNCTION TnLine tn_line(f32 scale, f32 minimum, i32 offset) {
    TnLine line = {scale, minimum, offset};
    return line;
}
TN_FUNCTION f32x16 tn_on_line(TnLine line, u8x16 number) {
    return lanes_fma(lanes_bytes(number, -line.offset), lanes_splat(line.scale), lanes_splat(line.minimum));
}
TN_FUNCTION f32x16 tn_nibbles(TnLine line, TnBytes bytes, i32 down) {
    return tn_on_line(line, bytes_moved(bytes, 0, down, 15));
}
TN_FUNCTION f32x16 tn_fifths(TnLine line, TnBytes bytes, i32 down, u32 fifths) {
    return tn_on_line(line, bytes_or(bytes_moved(bytes, 0, down, 15), bytes_of_bits(fifths)));
}
#endif
TN_FUNCTION Tn32 tn_both_nibbles(TnLine line, TnBytes bytes) {
    return lanes_both(tn_nibbles(line, bytes, 0), tn_nibbles(line, bytes, 4));
}
TN_FUNCTION Tn32 tn_both_fifths(TnLine line, TnBytes bytes, const TN_GLOBAL u8 *fifths) {
    return lanes_both(tn_fifths(line, bytes, 0, tn_word_at(fifths)), tn_fifths(line, bytes, 4, tn_word_at(fifths + 2)));
}

TN_FUNCTION Tn32 tn_decode_Q8_0(const TN_GLOBAL u8 *block, i32 part) {
    f32 scale = tn_half_at(block);
    return lanes_both(lanes_i8(bytes_2(block + 2)) * scale, lanes_i8(bytes_2(block + 18)) * scale);
}
TN_FUNCTION Tn32 tn_decode_Q4_0(const TN_GLOBAL u8 *block, i32 part) {
    return tn_both_nibbles(tn_line(tn_half_at(block), TN_NO_MINIMUM, -8), TN_BYTES(bytes_2(block + 2)));
}
TN_FUNCTION Tn32 tn_decode_Q4_1(const TN_GLOBAL u8 *block, i32 part) {
    return tn_both_nibbles(tn_line(tn_half_at(block), tn_half_at(block + 2), 0), TN_BYTES(bytes_4(block + 4)));
}
TN_FUNCTION Tn32 tn_decode_Q5_0(const TN_GLOBAL u8 *block, i32 part) {
    return tn_both_fifths(tn_line(tn_half_at(block), TN_NO_MINIMUM, -16), TN_BYTES(bytes_2(block + 6)), block + 2);
}
TN_FUNCTION Tn32 tn_decode_Q5_1(const TN_GLOBAL u8 *block, i32 part) {
    return tn_both_fifths(tn_line(tn_half_at(block), tn_half_at(block + 2), 0), TN_BYTES(bytes_4(block + 8)), block + 4);
}

TN_FUNCTION u8x16 tn_five_of_K(const TN_GLOBAL u8 *values, const TN_GLOBAL u8 *fifths, i32 part) {
    i32 up = part < 4 ? 4 - part : 0;
    i32 down = part < 4 ? 0 : part - 4;
    return bytes_or(bytes_moved(bytes_16(values), 0, (part & 1) * 4, 15), bytes_moved(bytes_16(fifths), up, down, 16));
}
TN_FUNCTION Tn32 tn_part_Q5_K(const TN_GLOBAL u8 *block, i32 part, f32 scale, f32 minimum) {
    const TN_GLOBAL u8 *values = block + 48 + (part >> 1) * 32;
    return lanes_both(lanes_fma(lanes_bytes(tn_five_of_K(values, block + 16, part), 0), lanes_splat(scale), lanes_splat(minimum)),
                      lanes_fma(lanes_bytes(tn_five_of_K(values + 16, block + 32, part), 0), lanes_splat(scale), lanes_splat(minimum)));
}
TN_FUNCTION u8x16 tn_six_of_K(const TN_GLOBAL u8 *low, const TN_GLOBAL u8 *high, i32 group) {
    i32 up = group < 3 ? 4 - 2 * group : 0;
    i32 down = group < 3 ? 0 : 2;
    return bytes_or(bytes_moved(bytes_2(low), 0, group >> 1 << 2, 15), bytes_moved(bytes_2(high), up, down, 48));
}
TN_FUNCTION Tn32 tn_part_Q6_K(const TN_GLOBAL u8 *block, i32 part, f32 firstScale, f32 secondScale) {
    i32 group = part & 3;
    const TN_GLOBAL u8 *low = block + (part >> 2) * 64 + (group & 1) * 32;
    const TN_GLOBAL u8 *high = block + 128 + (part >> 2) * 32;
    return lanes_both(lanes_bytes(tn_six_of_K(low, high, group), 32) * firstScale,
                      lanes_bytes(tn_six_of_K(low + 16, high + 16, group), 32) * secondScale);
}
TN_FUNCTION Tn32 tn_decode_Q4_K(const TN_GLOBAL u8 *block, i32 part) {
    const TN_GLOBAL u8 *values = block + 16 + (part >> 1) * 32;
    TnLine line = tn_line(tn_half_at(block) * (f32)tn_scale_of_8(block + 4, part),
                          -tn_half_at(block + 2) * (f32)tn_minimum_of_8(block + 4, part), 0);
    i32 down = (part & 1) * 4;
    return lanes_both(tn_nibbles(line, TN_BYTES(bytes_16(values)), down),
                      tn_nibbles(line, TN_BYTES(bytes_16(values + 16)), down));
}
TN_FUNCTION Tn32 tn_decode_Q5_K(const TN_GLOBAL u8 *block, i32 part) {
    return tn_part_Q5_K(block, part, tn_half_at(block) * (f32)tn_scale_of_8(block + 4, part),
                        -tn_half_at(block + 2) * (f32)tn_minimum_of_8(block + 4, part));
}
TN_FUNCTION Tn32 tn_decode_Q6_K(const TN_GLOBAL u8 *block, i32 part) {
    f32 unit = tn_half_at(block + 208);
    return tn_part_Q6_K(block, part, unit * (f32)(i8)block[192 + 2 * part], unit * (f32)(i8)block[193 + 2 * part]);
}

#ifndef __CUDACC__
/*
 * Blocks of 256. A work item that takes a whole block has the numbers that its parts are decoded by from tn_scales_x(block),
 * and decodes two parts at once by them.
 */
/* Eight scales, then what is to be added to the products: eight minimums, negative. */
TN_FUNCTION f32x16 tn_scales_and_minimums(const TN_GLOBAL u8 *block) {
    uint4 words = vload4(0, (const TN_GLOBAL u32 *)block);
    uint4 low = words.s1323 >> (uint4)(0, 0, 0, 4) & (uint4)(0x3F3F3F3F, 0x0F0F0F0F, 0x3F3F3F3F, 0x0F0F0F0F);
    uint4 high = words.s1122 >> (uint4)2 & (uint4)(0, 0x30303030, 0, 0x30303030);
    return lanes_bytes(as_uchar16(low | high), 0) * lanes_halves(tn_half_at(block), -tn_half_at(block + 2));
}
#define tn_scales_Q4_K tn_scales_and_minimums
#define tn_scales_Q5_K tn_scales_and_minimums
TN_FUNCTION f32x16 tn_scales_Q6_K(const TN_GLOBAL u8 *block) {
    return lanes_i8(bytes_2(block + 192)) * tn_half_at(block + 208);
}
TN_FUNCTION void tn_pair_Q4_K(const TN_GLOBAL u8 *block, i32 part, const TN_LOCAL f32 *scales, Tn32 *pair) {
    TnBytes low = TN_BYTES(bytes_16(block + 16 + part * 16));
    TnBytes high = TN_BYTES(bytes_16(block + 32 + part * 16));
    TnLine even = tn_line(scales[part], scales[8 + part], 0);
    TnLine odd = tn_line(scales[part + 1], scales[9 + part], 0);
    pair[0] = lanes_both(tn_nibbles(even, low, 0), tn_nibbles(even, high, 0));
    pair[1] = lanes_both(tn_nibbles(odd, low, 4), tn_nibbles(odd, high, 4));
}
TN_FUNCTION void tn_pair_Q5_K(const TN_GLOBAL u8 *block, i32 part, const TN_LOCAL f32 *scales, Tn32 *pair) {
    pair[0] = tn_part_Q5_K(block, part, scales[part], scales[8 + part]);
    pair[1] = tn_part_Q5_K(block, part + 1, scales[part + 1], scales[9 + part]);
}
TN_FUNCTION void tn_pair_Q6_K(const TN_GLOBAL u8 *block, i32 part, const TN_LOCAL f32 *scales, Tn32 *pair) {
    pair[0] = tn_part_Q6_K(block, part, scales[2 * part], scales[2 * part + 1]);
    pair[1] = tn_part_Q6_K(block, part + 1, scales[2 * part + 2], scales[2 * part + 3]);
}
#endif
