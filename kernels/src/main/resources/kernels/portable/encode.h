/*
 * Blocks from f32 values. The 32-element types are defined exactly, step by step, as ggml's reference quantizers define
 * them; for the 256-element types scales come from the extremes of each part.
 */
#define TN_ENCODE(type) TN_CAT(tn_encode_, type)

TN_FUNCTION void tn_put_half(TN_GLOBAL u8 *at, f32 value) {
    *(TN_GLOBAL u16 *)at = tn_to_half(value);
}
TN_FUNCTION f32 tn_inverse(f32 scale) {
    return scale == 0 ? 0.0f : 1 / scale;
}

TN_FUNCTION void tn_encode_Q8_0(TN_GLOBAL u8 *block, const f32 *x) {
    f32 largest = 0;
    for (i32 i = 0; i < 32; i++) {
        largest = fmax(largest, fabs(x[i]));
    }
    f32 scale = largest / 127;
    f32 inverse = tn_inverse(scale);
    tn_put_half(block, scale);
    for (i32 i = 0; i < 32; i++) {
        block[2 + i] = (u8)(i8)(i32)round(x[i] * inverse);
    }
}

/* Q4_0 and Q5_0: the element of largest magnitude becomes -zero. */
TN_FUNCTION f32 tn_offset_scale(const f32 *x, i32 zero) {
    f32 extreme = 0;
    for (i32 i = 0; i < 32; i++) {
        if (fabs(x[i]) > fabs(extreme)) {
            extreme = x[i];
        }
    }
    return extreme / -zero;
}
TN_FUNCTION i32 tn_offset_value(f32 x, f32 inverse, i32 zero) {
    f32 scaled = x * inverse;
    i32 value = (i32)(scaled + ((f32)zero + 0.5f));
    return value < 2 * zero - 1 ? value : 2 * zero - 1;
}
/* Q4_1 and Q5_1: the extremes become 0 and top. */
TN_FUNCTION f32 tn_affine_scale(const f32 *x, i32 top, f32 *low) {
    f32 least = TN_INFINITY;
    f32 most = -TN_INFINITY;
    for (i32 i = 0; i < 32; i++) {
        least = fmin(least, x[i]);
        most = fmax(most, x[i]);
    }
    *low = least;
    return (most - least) / top;
}
TN_FUNCTION i32 tn_affine_value(f32 x, f32 low, f32 inverse, i32 top) {
    f32 scaled = (x - low) * inverse;
    i32 value = (i32)(scaled + 0.5f);
    return value < top ? value : top;
}

TN_FUNCTION void tn_encode_Q4_0(TN_GLOBAL u8 *block, const f32 *x) {
    f32 scale = tn_offset_scale(x, 8);
    f32 inverse = tn_inverse(scale);
    tn_put_half(block, scale);
    for (i32 i = 0; i < 16; i++) {
        block[2 + i] = (u8)(tn_offset_value(x[i], inverse, 8) | tn_offset_value(x[i + 16], inverse, 8) << 4);
    }
}
TN_FUNCTION void tn_encode_Q5_0(TN_GLOBAL u8 *block, const f32 *x) {
    f32 scale = tn_offset_scale(x, 16);
    f32 inverse = tn_inverse(scale);
    tn_put_half(block, scale);
    u32 fifths = 0;
    for (i32 i = 0; i < 16; i++) {
        i32 low = tn_offset_value(x[i], inverse, 16);
        i32 high = tn_offset_value(x[i + 16], inverse, 16);
        block[6 + i] = (u8)((low & 15) | (high & 15) << 4);
        fifths |= (u32)(low >> 4) << i | (u32)(high >> 4) << (i + 16);
    }
    for (i32 i = 0; i < 4; i++) {
        block[2 + i] = (u8)(fifths >> (8 * i));
    }
}
TN_FUNCTION void tn_encode_Q4_1(TN_GLOBAL u8 *block, const f32 *x) {
    f32 low;
    f32 scale = tn_affine_scale(x, 15, &low);
    f32 inverse = tn_inverse(scale);
    tn_put_half(block, scale);
    tn_put_half(block + 2, low);
    for (i32 i = 0; i < 16; i++) {
        block[4 + i] = (u8)(tn_affine_value(x[i], low, inverse, 15) | tn_affine_value(x[i + 16], low, inverse, 15) << 4);
    }
}
TN_FUNCTION void tn_encode_Q5_1(TN_GLOBAL u8 *block, const f32 *x) {
    f32 low;
    f32 scale = tn_affine_scale(x, 31, &low);
    f32 inverse = tn_inverse(scale);
    tn_put_half(block, scale);
    tn_put_half(block + 2, low);
    u32 fifths = 0;
    for (i32 i = 0; i < 16; i++) {
        i32 first = tn_affine_value(x[i], low, inverse, 31);
        i32 second = tn_affine_value(x[i + 16], low, inverse, 31);
        block[8 + i] = (u8)((first & 15) | (second & 15) << 4);
        fifths |= (u32)(first >> 4) << i | (u32)(second >> 4) << (i + 16);
    }
    for (i32 i = 0; i < 4; i++) {
        block[4 + i] = (u8)(fifths >> (8 * i));
    }
}

/* The nearest multiple of step, 0 to top. */
TN_FUNCTION i32 tn_level(f32 value, f32 step, i32 top) {
    f32 level = step == 0 ? 0.0f : rint(value / step);
    return level > 0 ? (level < top ? (i32)level : top) : 0;
}

/* Q4_K and Q5_K: eight parts of 32 with six-bit scales and minimums. */
TN_FUNCTION void tn_encode_parts(TN_GLOBAL u8 *block, const f32 *x, i32 top) {
    f32 scales[8];
    f32 minimums[8];
    f32 largestScale = 0;
    f32 largestMinimum = 0;
    for (i32 part = 0; part < 8; part++) {
        f32 low = 0;
        f32 high = 0;
        for (i32 i = 0; i < 32; i++) {
            low = fmin(low, x[32 * part + i]);
            high = fmax(high, x[32 * part + i]);
        }
        scales[part] = (high - low) / top;
        minimums[part] = -low;
        largestScale = fmax(largestScale, scales[part]);
        largestMinimum = fmax(largestMinimum, -low);
    }
    tn_put_half(block, largestScale / 63);
    tn_put_half(block + 2, largestMinimum / 63);
    f32 unit = tn_half_at(block);
    f32 minimumUnit = tn_half_at(block + 2);
    for (i32 i = 4; i < (top == 31 ? 48 : 16); i++) {
        block[i] = 0;
    }
    TN_GLOBAL u8 *packed = block + 4;
    TN_GLOBAL u8 *values = block + (top == 31 ? 48 : 16);
    for (i32 part = 0; part < 8; part++) {
        i32 scale = tn_level(scales[part], unit, 63);
        i32 minimum = tn_level(minimums[part], minimumUnit, 63);
        if (part < 4) {
            packed[part] |= (u8)scale;
            packed[part + 4] |= (u8)minimum;
        } else {
            packed[part + 4] |= (u8)((scale & 15) | (minimum & 15) << 4);
            packed[part - 4] |= (u8)(scale >> 4 << 6);
            packed[part] |= (u8)(minimum >> 4 << 6);
        }
        for (i32 i = 0; i < 32; i++) {
            i32 value = tn_level(x[32 * part + i] + minimumUnit * (f32)minimum, unit * (f32)scale, top);
            i32 at = (part >> 1) * 32 + i;
            values[at] = (u8)((part & 1) == 0 ? value & 15 : values[at] | (value & 15) << 4);
            if (top == 31) {
                block[16 + i] |= (u8)(value >> 4 << part);
            }
        }
    }
}
TN_FUNCTION void tn_encode_Q4_K(TN_GLOBAL u8 *block, const f32 *x) {
    tn_encode_parts(block, x, 15);
}
TN_FUNCTION void tn_encode_Q5_K(TN_GLOBAL u8 *block, const f32 *x) {
    tn_encode_parts(block, x, 31);
}

TN_FUNCTION void tn_encode_Q6_K(TN_GLOBAL u8 *block, const f32 *x) {
    f32 largest[16];
    f32 most = 0;
    for (i32 part = 0; part < 16; part++) {
        largest[part] = 0;
        for (i32 i = 0; i < 16; i++) {
            largest[part] = fmax(largest[part], fabs(x[16 * part + i]));
        }
        most = fmax(most, largest[part]);
    }
    tn_put_half(block + 208, most / 31 / 127);
    f32 unit = tn_half_at(block + 208);
    for (i32 i = 0; i < 192; i++) {
        block[i] = 0;
    }
    for (i32 i = 0; i < 256; i++) {
        i32 scale = tn_level(largest[i / 16] / 31, unit, 127);
        block[192 + i / 16] = (u8)scale;
        f32 step = unit * (f32)scale;
        f32 level = step == 0 ? 32.0f : rint(x[i] / step) + 32;
        i32 value = (i32)fmax(0.0f, fmin(63.0f, level));
        i32 half_ = i / 128;
        i32 within = i % 128;
        block[half_ * 64 + within % 64] |= (u8)((value & 15) << (within < 64 ? 0 : 4));
        block[128 + half_ * 32 + within % 32] |= (u8)(value >> 4 << (2 * (within / 32)));
    }
}
