/*
 * Reading a matmul's operands. A and B are types; B may be quantized, then strides along n and the base of b count blocks, and
 * blocks run along k. The batch's axes have operands a, b, out and residual.
 */
#include "matmul_shape.h"
#include "lanes.h"
#ifdef QUANT
#include "quant.h"
#define B_STORAGE u8
#else
#define B_STORAGE TN_STORAGE(B)
#endif
/* Element (k, column) of b. */
#ifdef QUANT
#define B_AT(b, base, s, kk, column)                                                                                   \
    TN_ELEMENT(B)((b) + ((base) + (column) * (s).bColumn + (kk) / TN_BLOCK_SIZE(B)) * TN_BLOCK_BYTES(B),              \
                  (i32)((kk) % TN_BLOCK_SIZE(B)))
#else
#define B_AT(b, base, s, kk, column) TN_LOAD(B)(b, (base) + (kk) * (s).bRow + (column) * (s).bColumn)
#endif
