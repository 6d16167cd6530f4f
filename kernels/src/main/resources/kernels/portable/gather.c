/*
 * Gather: rows of a table by index. gather moves bits in UNITs, for plain types: operand 0 is the table with stride 0
 * over the indices' axes, 1 the indices with stride 0 over a row's, 2 the result. A row outside the table gives missing.
 * gather_blocks has 32 elements of a quantized row an item; its axes are the indices'; wide: the result's elements are neighbours, as
 * vector.h wants them.
 */
#include "tenon.h"
#include "vector.h"
#ifdef QUANT
#include "quant.h"
#endif

#ifndef QUANT
TN_KERNEL gather(const TN_GLOBAL UNIT *table, const TN_GLOBAL TN_STORAGE(INDEX) * indices, TN_GLOBAL UNIT *out,
                 const TnAxes axes, const i64 rows, const i64 rowStride, const u64 missing) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    i64 row = TN_LOAD(INDEX)(indices, at[1]);
    UNIT x[VECTOR];
    if (row >= 0 && row < rows) {
        TN_READ_UNITS(UNIT, x, table, at[0] + row * rowStride)
    } else {
        TN_EACH(j) {
            x[j] = (UNIT)missing;
        }
    }
    TN_PUT_UNITS(UNIT, x, out, at[2])
}
#else
TN_KERNEL gather_blocks(const TN_GLOBAL u8 *table, const TN_GLOBAL TN_STORAGE(INDEX) * indices,
                        TN_GLOBAL TN_STORAGE(TYPE) * out, const TnAxes axes, const i64 rows, const i64 rowBlocks,
                        const i64 base, const i64 parts, const i64 step, const i32 wide) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count * parts) {
        return;
    }
    i64 part = index % parts;
    TN_PLACES(at, axes, index / parts)
    i64 row = TN_LOAD(INDEX)(indices, at[0]);
    const i32 perBlock = TN_BLOCK_SIZE(QUANT) / 32;
    f32 x[32];
    if (row >= 0 && row < rows) {
        const TN_GLOBAL u8 *block = table + (base + row * rowBlocks + part / perBlock) * TN_BLOCK_BYTES(QUANT);
        lanes_spread(TN_DECODE(QUANT)(block, (i32)(part % perBlock)), x);
    } else {
        for (i32 i = 0; i < 32; i++) {
            x[i] = TN_NAN;
        }
    }
    TN_UNROLL
    for (i32 i = 0; i < 32; i += VECTOR) {
        TN_PUT_RUN(TYPE, x + i, out, at[1], part * 32 + i, step, wide)
    }
}
#endif
