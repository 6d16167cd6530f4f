/*
 * Quantize and Dequantize. rows are the axes but the last, whose steps are told apart; a work item has a block (quantize) or 32
 * elements (dequantize). QUANT is the quantized type, TYPE the plain one. Bases and strides of quantized operands count
 * blocks. wide: the plain type's elements are neighbours, as vector.h wants them.
 */
#define OPERANDS 2
#include "tenon.h"
#include "vector.h"
#include "quant.h"
#include "encode.h"

TN_KERNEL quantize(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL u8 *out, const TnAxes rows, const i64 blocks,
                   const i64 step, const i32 wide) {
    i64 index = TN_GLOBAL_ID();
    if (index >= rows.count * blocks) {
        return;
    }
    i64 block = index % blocks;
    TN_PLACES(at, rows, index / blocks)
    f32 x[TN_BLOCK_SIZE(QUANT)];
    for (i32 i = 0; i < TN_BLOCK_SIZE(QUANT); i += VECTOR) {
        TN_COMPUTE(TYPE) part[VECTOR];
        TN_READ_RUN(TYPE, part, in, at[0], block * TN_BLOCK_SIZE(QUANT) + i, step, wide)
        TN_EACH(j) {
            x[i + j] = part[j];
        }
    }
    TN_ENCODE(QUANT)(out + (at[1] + block) * TN_BLOCK_BYTES(QUANT), x);
}

TN_KERNEL dequantize(const TN_GLOBAL u8 *in, TN_GLOBAL TN_STORAGE(TYPE) * out, const TnAxes rows, const i64 parts,
                     const i64 step, const i32 wide) {
    i64 index = TN_GLOBAL_ID();
    if (index >= rows.count * parts) {
        return;
    }
    i64 part = index % parts;
    TN_PLACES(at, rows, index / parts)
    const i32 perBlock = TN_BLOCK_SIZE(QUANT) / 32;
    f32 x[32];
    const TN_GLOBAL u8 *block = in + (at[0] + part / perBlock) * TN_BLOCK_BYTES(QUANT);
    lanes_spread(TN_DECODE(QUANT)(block, (i32)(part % perBlock)), x);
    TN_UNROLL
    for (i32 i = 0; i < 32; i += VECTOR) {
        TN_PUT_RUN(TYPE, x + i, out, at[1], part * 32 + i, step, wide)
    }
}
