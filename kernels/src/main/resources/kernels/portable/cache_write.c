/*
 * CacheWrite: rows [n, heads, size] into a cache by slot. A slot below 0 or past the end skips its row. An item writes one
 * element, or with QUANT one block of Q8_0. step are the strides of rows, then of the cache (in blocks for QUANT).
 */
#include "tenon.h"
#ifdef QUANT
#include "quant.h"
#include "encode.h"
#endif

typedef struct {
    i64 n;
    i64 heads;
    i64 size;
    i64 slots;
    i64 rowsBase;
    i64 rowsStride[3];
    i64 slotsBase;
    i64 slotsStride;
    i64 cacheBase;
    i64 cacheStride[3];
} CacheRows;

TN_KERNEL cache_write(const TN_GLOBAL TN_STORAGE(TYPE) * rows, const TN_GLOBAL TN_STORAGE(INDEX) * slots,
#ifdef QUANT
                      TN_GLOBAL u8 *cache,
#else
                      TN_GLOBAL TN_STORAGE(CACHE) * cache,
#endif
                      const CacheRows s) {
    i64 index = TN_GLOBAL_ID();
#ifdef QUANT
    i64 width = s.size / 32;
#else
    i64 width = s.size;
#endif
    if (index >= s.n * s.heads * width) {
        return;
    }
    i64 i = index % width;
    i64 head = index / width % s.heads;
    i64 row = index / width / s.heads;
    i64 slot = TN_LOAD(INDEX)(slots, s.slotsBase + row * s.slotsStride);
    if (slot < 0 || slot >= s.slots) {
        return;
    }
    i64 from = s.rowsBase + row * s.rowsStride[0] + head * s.rowsStride[1];
    i64 to = s.cacheBase + slot * s.cacheStride[0] + head * s.cacheStride[1];
#ifdef QUANT
    f32 x[32];
    for (i32 j = 0; j < 32; j++) {
        x[j] = TN_LOAD(TYPE)(rows, from + (i * 32 + j) * s.rowsStride[2]);
    }
    tn_encode_Q8_0(cache + (to + i) * B_Q8_0, x);
#else
    TN_WRITE(CACHE)(cache, to + i * s.cacheStride[2], TN_LOAD(TYPE)(rows, from + i * s.rowsStride[2]));
#endif
}
