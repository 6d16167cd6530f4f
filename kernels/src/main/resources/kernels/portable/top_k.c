/*
 * TopK along the last axis: a group a row, which finds the first of the elements not yet taken k times over. Elements are
 * ordered by value, NaN before all, and then by index, so what is taken is told by the last one's value and index.
 */
#define OPERANDS 3
#include "tenon.h"
#include "group.h"
#define VALUE TN_COMPUTE(TYPE)
#define BEFORE(x, i, y, j)                                                                                             \
    ((x) != (x) ? ((y) == (y) || (i) < (j)) : ((y) == (y) && ((x) > (y) || ((x) == (y) && (i) < (j)))))
#if TN_KIND(TYPE) == 3
#define LOWEST (-0x7FFFFFFFFFFFFFFF - 1)
#else
#define LOWEST (-TN_INFINITY)
#endif

TN_KERNEL top_k(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL TN_STORAGE(TYPE) * out,
                TN_GLOBAL TN_STORAGE(INDEX) * places, const TnAxes axes, const i64 n, const i64 k, const i64 step,
                const i64 outStep, const i64 placeStep) {
    TN_LOCAL VALUE values[TN_SCRATCH];
    TN_LOCAL i64 indices[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    VALUE last = 0;
    i64 lastIndex = -1;
    for (i64 rank = 0; rank < k; rank++) {
        /* No element yet: index n, and a value that none is below. */
        VALUE value = LOWEST;
        i64 best = n;
        for (i64 i = me; i < n; i += ITEMS) {
            VALUE x = TN_LOAD(TYPE)(in, at[0] + i * step);
            if ((rank == 0 || BEFORE(last, lastIndex, x, i)) && (best == n || BEFORE(x, i, value, best))) {
                value = x;
                best = i;
            }
        }
#ifdef SUB_GROUPS
        /* The value first, then the first index that has it. */
        VALUE largest = value;
        TN_REDUCE(largest, values, me, TN_LARGEST)
        lastIndex = (largest != largest ? value != value : value == largest) ? best : n;
        TN_REDUCE_AS(i64, lastIndex, indices, me, TN_LESSER)
        last = TN_LOAD(TYPE)(in, at[0] + lastIndex * step);
#else
        values[me] = value;
        indices[me] = best;
        TN_BARRIER();
        for (i32 width = ITEMS / 2; width > 0; width /= 2) {
            if (me < width) {
                i64 other = indices[me + width];
                if (other != n
                    && (indices[me] == n || BEFORE(values[me + width], other, values[me], indices[me]))) {
                    values[me] = values[me + width];
                    indices[me] = other;
                }
            }
            TN_BARRIER();
        }
        last = values[0];
        lastIndex = indices[0];
        TN_BARRIER();
#endif
        if (me == 0) {
            TN_WRITE(TYPE)(out, at[1] + rank * outStep, last);
            TN_WRITE(INDEX)(places, at[2] + rank * placeStep, lastIndex);
        }
    }
}
