/*
 * What products on Hopper that have weights in registers (transposed_tile.h) want of their left operand beforehand: F32 rows as three
 * planes of BF16 that add up to them, and, for quantized weights, sums of 32 terms for minimums, as three BF16 numbers in slots as
 * block_fragments.h describes. Eight lanes have 32 terms.
 */
#include "gemm_epilogue.h"
#include "left_operand.h"

/* Four of a line's elements, of which those past the end are 0. The line starts on a 16-byte address. */
TN_FUNCTION void load_terms(f32 *v, const void *a, const GemmShape &s, i64 line, i64 term) {
    if (term + 4 > s.k) {
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            v[i] = term + i < s.k ? load_as((i32)s.aType, a, line + term + i) : 0;
        }
    } else if (s.aType == TYPE_F32) {
        Four four = load_global4((const f32 *)a + line + term);
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            v[i] = as_f32(four.x[i]);
        }
    } else {
        Two two = *(const Two *)((const u16 *)a + line + term);
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            u16 bits = (u16)(two.x[i / 2] >> 16 * (i % 2));
            v[i] = s.aType == TYPE_F16 ? F16::value(bits) : Bf16::value(bits);
        }
    }
}

/*
 * planes: [batch][3][m][pitch], if a is F32; the pitch is k, up to a multiple of 8. sums: [batch][m][stages][32] for stages of so many
 * parts of 32 terms (4 or 8), if that is not 0. Blocks number parts of rows along x, whole stages of each row; blockIdx.y is the batch.
 */
extern "C" __global__ void __launch_bounds__(256, 4)
    left_planes(const void *a, u16 *planes, u16 *sums, const GemmShape s, const i64 parts) {
    i64 each = parts == 0 ? (s.k + 31) / 32 : (s.k / 32 + parts - 1) / parts * parts;
    i64 number = (i64)blockIdx.x * 32 + threadIdx.x / 8;
    u32 own = threadIdx.x % 8;
    i64 row = number / each;
    i64 part = number % each;
    bool isThere = row < s.m;
    f32 v[4] = {0, 0, 0, 0};
    i64 term = part * 32 + own * 4;
    if (isThere) {
        load_terms(v, a, s, s.a + blockIdx.y * s.aBatch + row * s.aStride, term);
    }
    i64 pitch = (s.k + 7) / 8 * 8;
    if (isThere && s.aType == TYPE_F32 && term < pitch) {
        Two piece[3];
#pragma unroll
        for (u32 i = 0; i < 2; i++) {
            cut(&piece[0].x[i], &piece[1].x[i], &piece[2].x[i], as_u32(v[2 * i]), as_u32(v[2 * i + 1]));
        }
#pragma unroll
        for (u32 i = 0; i < 3; i++) {
            store_global2(planes + ((blockIdx.y * 3 + i) * s.m + row) * pitch + term, piece[i]);
        }
    }
    f32 sum = (v[0] + v[1]) + (v[2] + v[3]);
#pragma unroll
    for (u32 step = 1; step < 8; step *= 2) {
        sum += as_f32(shuffle_xor(as_u32(sum), step));
    }
    if (isThere && parts != 0 && own < 4) {
        u32 piece[3];
        cut(&piece[0], &piece[1], &piece[2], as_u32(sum), 0);
        u16 bits = own == 3 ? 0 : (u16)(own == 0 ? piece[0] : own == 1 ? piece[1] : piece[2]);
        u16 *slots = sums + ((blockIdx.y * s.m + row) * (each / parts) + part / parts) * 32 + own * 8 + part % parts;
        slots[0] = bits;
        /* The second half of a group of eight: the same, for the second number of a minimum. */
        if (parts == 4) {
            slots[4] = bits;
        }
    }
}
