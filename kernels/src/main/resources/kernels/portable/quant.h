/*
 * GGUF's quantized blocks. B_x is a block's bytes, E_x its elements. tn_element_x(block, i): what element i stands for;
 * tn_decode_x(block, part, out): 32 elements from 32 * part on. Products of a scale and a value are exact in f32.
 * tn_encode_x(block, x): a block from f32 values, as ggml's reference quantizers define it.
 * Every block's size is even, so that its binary16 fields lie on even addresses.
 */
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

TN_FUNCTION f32 tn_half_at(const TN_GLOBAL u8 *at) {
    return tn_from_half(*(const TN_GLOBAL u16 *)at);
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
 * Tells a compiler for a CPU to make vectors of a loop that it would unroll and then leave as scalars: on PoCL 3.1 a row by a
 * Q4_0 matrix ran three times as fast. For the loops of the 256-element types it is unrolling that gains.
 */
#if defined(__clang__) && !defined(__CUDACC__)
#define TN_VECTORS _Pragma("clang loop vectorize_width(16) interleave_count(1)")
#else
#define TN_VECTORS
#endif

TN_FUNCTION void tn_decode_Q8_0(const TN_GLOBAL u8 *block, i32 part, f32 *out) {
    f32 scale = tn_half_at(block);
    TN_VECTORS
    for (i32 i = 0; i < 32; i++) {
        out[i] = scale * (f32)(i8)block[2 + i];
    }
}
TN_FUNCTION void tn_decode_Q4_0(const TN_GLOBAL u8 *block, i32 part, f32 *out) {
    f32 scale = tn_half_at(block);
    TN_VECTORS
    for (i32 i = 0; i < 16; i++) {
        i32 both = block[2 + i];
        out[i] = scale * (f32)((both & 15) - 8);
        out[16 + i] = scale * (f32)((both >> 4) - 8);
    }
}
TN_FUNCTION void tn_decode_Q4_1(const TN_GLOBAL u8 *block, i32 part, f32 *out) {
    f32 scale = tn_half_at(block);
    f32 minimum = tn_half_at(block + 2);
    TN_VECTORS
    for (i32 i = 0; i < 16; i++) {
        i32 both = block[4 + i];
        out[i] = scale * (f32)(both & 15) + minimum;
        out[16 + i] = scale * (f32)(both >> 4) + minimum;
    }
}
TN_FUNCTION void tn_decode_Q5_0(const TN_GLOBAL u8 *block, i32 part, f32 *out) {
    f32 scale = tn_half_at(block);
    u32 fifths = *(const TN_GLOBAL u16 *)(block + 2) | (u32) * (const TN_GLOBAL u16 *)(block + 4) << 16;
    TN_VECTORS
    for (i32 i = 0; i < 16; i++) {
        i32 both = block[6 + i];
        out[i] = scale * (f32)((i32)((both & 15) | (fifths >> i & 1) << 4) - 16);
        out[16 + i] = scale * (f32)((i32)(both >> 4 | (fifths >> (16 + i) & 1) << 4) - 16);
    }
}
TN_FUNCTION void tn_decode_Q5_1(const TN_GLOBAL u8 *block, i32 part, f32 *out) {
    f32 scale = tn_half_at(block);
    f32 minimum = tn_half_at(block + 2);
    u32 fifths = *(const TN_GLOBAL u16 *)(block + 4) | (u32) * (const TN_GLOBAL u16 *)(block + 6) << 16;
    TN_VECTORS
    for (i32 i = 0; i < 16; i++) {
        i32 both = block[8 + i];
        out[i] = scale * (f32)(i32)((both & 15) | (fifths >> i & 1) << 4) + minimum;
        out[16 + i] = scale * (f32)(i32)(both >> 4 | (fifths >> (16 + i) & 1) << 4) + minimum;
    }
}
TN_FUNCTION void tn_decode_Q4_K(const TN_GLOBAL u8 *block, i32 part, f32 *out) {
    f32 scale = tn_half_at(block) * (f32)tn_scale_of_8(block + 4, part);
    f32 minimum = tn_half_at(block + 2) * (f32)tn_minimum_of_8(block + 4, part);
    const TN_GLOBAL u8 *values = block + 16 + (part >> 1) * 32;
    i32 shift = (part & 1) * 4;
#pragma unroll
    for (i32 i = 0; i < 32; i++) {
        out[i] = scale * (f32)(values[i] >> shift & 15) - minimum;
    }
}
TN_FUNCTION void tn_decode_Q5_K(const TN_GLOBAL u8 *block, i32 part, f32 *out) {
    f32 scale = tn_half_at(block) * (f32)tn_scale_of_8(block + 4, part);
    f32 minimum = tn_half_at(block + 2) * (f32)tn_minimum_of_8(block + 4, part);
    const TN_GLOBAL u8 *values = block + 48 + (part >> 1) * 32;
    const TN_GLOBAL u8 *fifths = block + 16;
    i32 shift = (part & 1) * 4;
#pragma unroll
    for (i32 i = 0; i < 32; i++) {
        out[i] = scale * (f32)((values[i] >> shift & 15) | (fifths[i] >> part & 1) << 4) - minimum;
    }
}
TN_FUNCTION void tn_decode_Q6_K(const TN_GLOBAL u8 *block, i32 part, f32 *out) {
    f32 unit = tn_half_at(block + 208);
    f32 first = unit * (f32)(i8)block[192 + 2 * part];
    f32 second = unit * (f32)(i8)block[193 + 2 * part];
    i32 group = part & 3;
    const TN_GLOBAL u8 *low = block + (part >> 2) * 64 + (group & 1) * 32;
    const TN_GLOBAL u8 *high = block + 128 + (part >> 2) * 32;
    i32 shift = group >> 1 << 2;
#pragma unroll
    for (i32 i = 0; i < 16; i++) {
        out[i] = first * (f32)(((low[i] >> shift & 15) | (high[i] >> (2 * group) & 3) << 4) - 32);
    }
#pragma unroll
    for (i32 i = 16; i < 32; i++) {
        out[i] = second * (f32)(((low[i] >> shift & 15) | (high[i] >> (2 * group) & 3) << 4) - 32);
    }
}
