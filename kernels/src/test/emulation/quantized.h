/* Random blocks of the quantized types, and what each element of them stands for, as GGUF defines it. */
#pragma once
#include "check.h"

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

static f32 halfAt(const u8 *at) {
    return halfToFloat(*(const u16 *)at);
}
/* Element i of 16 bytes whose low halves come first. */
static i32 nibble(const u8 *values, i32 i) {
    return values[i & 15] >> (i < 16 ? 0 : 4) & 15;
}
static i32 fifth(const u8 *bits, i32 i) {
    return (bits[i >> 3] >> (i & 7) & 1) << 4;
}
/* Element i of 128 bytes: 64 elements share 32 bytes, the low halves are the first 32 of them. */
static i32 nibbleOf64(const u8 *values, i32 i) {
    return values[(i >> 6) * 32 + (i & 31)] >> ((i & 32) >> 3) & 15;
}
/* The six-bit scale and minimum of one of eight parts: 12 bytes. */
static i32 scaleOf8(const u8 *scales, i32 part) {
    return part < 4 ? scales[part] & 63 : (scales[part + 4] & 15) | scales[part - 4] >> 6 << 4;
}
static i32 minimumOf8(const u8 *scales, i32 part) {
    return part < 4 ? scales[part + 4] & 63 : scales[part + 4] >> 4 | scales[part] >> 6 << 4;
}

static f32 element_Q8_0(const u8 *block, i32 i) {
    return halfAt(block) * (f32)(i8)block[2 + i];
}
static f32 element_Q4_0(const u8 *block, i32 i) {
    return halfAt(block) * (f32)(nibble(block + 2, i) - 8);
}
static f32 element_Q4_1(const u8 *block, i32 i) {
    return halfAt(block) * (f32)nibble(block + 4, i) + halfAt(block + 2);
}
static f32 element_Q5_0(const u8 *block, i32 i) {
    return halfAt(block) * (f32)((nibble(block + 6, i) | fifth(block + 2, i)) - 16);
}
static f32 element_Q5_1(const u8 *block, i32 i) {
    return halfAt(block) * (f32)(nibble(block + 8, i) | fifth(block + 4, i)) + halfAt(block + 2);
}
static f32 element_Q4_K(const u8 *block, i32 i) {
    f32 scale = halfAt(block) * (f32)scaleOf8(block + 4, i >> 5);
    f32 minimum = halfAt(block + 2) * (f32)minimumOf8(block + 4, i >> 5);
    return scale * (f32)nibbleOf64(block + 16, i) - minimum;
}
static f32 element_Q5_K(const u8 *block, i32 i) {
    f32 scale = halfAt(block) * (f32)scaleOf8(block + 4, i >> 5);
    f32 minimum = halfAt(block + 2) * (f32)minimumOf8(block + 4, i >> 5);
    i32 value = nibbleOf64(block + 48, i) | (block[16 + (i & 31)] >> (i >> 5) & 1) << 4;
    return scale * (f32)value - minimum;
}
static f32 element_Q6_K(const u8 *block, i32 i) {
    i32 within = i & 127;
    i32 part = i >> 7;
    i32 low = block[part * 64 + (within & 63)] >> (within < 64 ? 0 : 4) & 15;
    i32 high = block[128 + part * 32 + (within & 31)] >> (2 * (within >> 5)) & 3;
    f32 scale = halfAt(block + 208) * (f32)(i8)block[192 + (i >> 4)];
    return scale * (f32)((low | high << 4) - 32);
}

struct BlockType {
    const char *name;
    i64 bytes, elements;
    f32 (*element)(const u8 *, i32);
    /* Where F16 numbers lie. */
    i32 unit, second;
};

static const BlockType BLOCK_TYPES[] = {
    {"q8_0", B_Q8_0, E_Q8_0, element_Q8_0, 0, -1}, {"q4_0", B_Q4_0, E_Q4_0, element_Q4_0, 0, -1},
    {"q4_1", B_Q4_1, E_Q4_1, element_Q4_1, 0, 2},  {"q5_0", B_Q5_0, E_Q5_0, element_Q5_0, 0, -1},
    {"q5_1", B_Q5_1, E_Q5_1, element_Q5_1, 0, 2},  {"q4_k", B_Q4_K, E_Q4_K, element_Q4_K, 0, 2},
    {"q5_k", B_Q5_K, E_Q5_K, element_Q5_K, 0, 2},  {"q6_k", B_Q6_K, E_Q6_K, element_Q6_K, 208, -1},
};

/* Lines of blocks, with room between the lines. */
struct BlockMatrix {
    const BlockType &type;
    i64 stride;
    Guarded memory;

    BlockMatrix(const BlockType &t, i64 lines, i64 length, i64 gap, bool atEnd, Generator &generator)
        : type(t), stride(length / t.elements + gap),
          memory((size_t)(((lines - 1) * stride + length / t.elements) * t.bytes), atEnd, SENTINEL) {
        for (i64 line = 0; line < lines; line++) {
            for (i64 i = 0; i < length / t.elements; i++) {
                u8 *block = memory.data + (line * stride + i) * t.bytes;
                for (i64 j = 0; j < t.bytes; j++) {
                    block[j] = (u8)(generator.next() >> 8);
                }
                u16 unit = floatToHalf(generator.value() / 16);
                memcpy(block + t.unit, &unit, 2);
                if (t.second >= 0) {
                    u16 second = floatToHalf(generator.value() / 4);
                    memcpy(block + t.second, &second, 2);
                }
            }
        }
    }
    /* Scales and minimums, of types whose numbers are not negative. */
    void makePositive() {
        for (size_t at = 0; at < memory.bytes; at += (size_t)type.bytes) {
            memory.data[at + (size_t)type.unit + 1] &= 0x7F;
            memory.data[at + (size_t)type.second + 1] &= 0x7F;
        }
    }
    f64 at(i64 line, i64 element) const {
        return type.element(memory.data + (line * stride + element / type.elements) * type.bytes,
                            (i32)(element % type.elements));
    }
};
