/* ArgReduce along the last axis: a group a row. The first of equals; a NaN is both largest and smallest. */
#define OPERANDS 2
#include "tenon.h"
#include "group.h"
#define VALUE TN_COMPUTE(TYPE)

#ifdef LARGEST
#define BEYOND(a, b) ((a) > (b))
#define FURTHEST TN_LARGEST
#else
#define BEYOND(a, b) ((a) < (b))
#define FURTHEST TN_SMALLEST
#endif
/* Whether (x, i) goes before (y, j). */
#define BEFORE(x, i, y, j)                                                                                             \
    ((x) != (x) ? ((y) == (y) || (i) < (j)) : ((y) == (y) && (BEYOND(x, y) || ((x) == (y) && (i) < (j)))))

TN_KERNEL arg_reduce(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL TN_STORAGE(INDEX) * out, const TnAxes axes,
                     const i64 n, const i64 step) {
    TN_LOCAL VALUE values[TN_SCRATCH];
    TN_LOCAL i64 indices[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    TN_PLACES(at, axes, TN_GROUP_ID(0))
    /* Items past the row's end repeat its last element, which changes nothing. */
    i64 best = me < n ? me : n - 1;
    VALUE value = TN_LOAD(TYPE)(in, at[0] + best * step);
    for (i64 i = best + ITEMS; i < n; i += ITEMS) {
        VALUE x = TN_LOAD(TYPE)(in, at[0] + i * step);
        if (BEFORE(x, i, value, best)) {
            value = x;
            best = i;
        }
    }
#ifdef SUB_GROUPS
    /* The value first, then the first index that has it. */
    VALUE furthest = value;
    TN_REDUCE(furthest, values, me, FURTHEST)
    i64 first = (furthest != furthest ? value != value : value == furthest) ? best : n;
    TN_REDUCE_AS(i64, first, indices, me, TN_LESSER)
#else
    values[me] = value;
    indices[me] = best;
    TN_BARRIER();
    for (i32 width = ITEMS / 2; width > 0; width /= 2) {
        if (me < width && BEFORE(values[me + width], indices[me + width], values[me], indices[me])) {
            values[me] = values[me + width];
            indices[me] = indices[me + width];
        }
        TN_BARRIER();
    }
    i64 first = indices[0];
#endif
    if (me == 0) {
        TN_WRITE(INDEX)(out, at[1], first);
    }
}
