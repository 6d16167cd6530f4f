/*
 * Reduce over some axes. kept are the axes of the result, reduced the others; operand 0 of both is in, operand 1 of kept is
 * out. The reduced elements of a result are cut into splits, whose results go to partial; then reduce_partials joins them.
 * reduce_group: a group for each split, for elements that lie one after another. reduce_item: a work item for each split,
 * for results that lie one after another.
 */
#define OPERANDS 2
#include "tenon.h"
#include "group.h"
#define VALUE TN_COMPUTE(TYPE)

#define START_SUM 0
#define START_MEAN 0
#define START_SUM_SQUARES 0
#define START_PRODUCT 1
#if TN_KIND(TYPE) == 3
#if TN_NUMBER(TYPE) == N_I32
#define HIGHEST ((i64)0x7FFFFFFF)
#else
#define HIGHEST ((i64)0x7FFFFFFFFFFFFFFF)
#endif
#define START_MAX (-HIGHEST - 1)
#define START_MIN HIGHEST
#else
#define START_MAX (-TN_INFINITY)
#define START_MIN TN_INFINITY
#endif
#define COMBINE_SUM TN_ADD
#define COMBINE_MEAN TN_ADD
#define COMBINE_SUM_SQUARES TN_ADD
#define COMBINE_PRODUCT TN_TIMES
#define COMBINE_MAX TN_LARGEST
#define COMBINE_MIN TN_SMALLEST
#define TERM_SUM(x) (x)
#define TERM_MEAN(x) (x)
#define TERM_SUM_SQUARES(x) ((x) * (x))
#define TERM_PRODUCT(x) (x)
#define TERM_MAX(x) (x)
#define TERM_MIN(x) (x)
#define RESULT_SUM(x, count) (x)
#define RESULT_MEAN(x, count) ((x) / (VALUE)(count))
#define RESULT_SUM_SQUARES(x, count) (x)
#define RESULT_PRODUCT(x, count) (x)
#define RESULT_MAX(x, count) (x)
#define RESULT_MIN(x, count) (x)
#define START TN_CAT(START_, FUNCTION)
#define COMBINE TN_CAT(COMBINE_, FUNCTION)
#define TERM(x) TN_CAT(TERM_, FUNCTION)(x)
#define RESULT(x, count) TN_CAT(RESULT_, FUNCTION)(x, count)

#ifdef ONE_AXIS
#define REDUCED_PLACE(place, i) i64 place = reduced.base[0] + (i) * reduced.stride[0][0];
#else
#define REDUCED_PLACE(place, i)                                                                                        \
    TN_PLACES(place##s, reduced, i)                                                                                    \
    i64 place = place##s[0];
#endif

TN_KERNEL reduce_group(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL TN_STORAGE(OUT) * out,
                       TN_GLOBAL VALUE *partial, const TnAxes kept, const TnAxes reduced, const i64 splits,
                       const i64 chunk) {
    TN_LOCAL VALUE scratch[TN_SCRATCH];
    i32 me = TN_LOCAL_ID();
    i64 result = TN_GROUP_ID(0) / splits;
    i64 split = TN_GROUP_ID(0) % splits;
    TN_PLACES(at, kept, result)
    i64 end = (split + 1) * chunk < reduced.count ? (split + 1) * chunk : reduced.count;
    VALUE value = START;
    for (i64 i = split * chunk + me; i < end; i += ITEMS) {
        REDUCED_PLACE(place, i)
        VALUE x = TN_LOAD(TYPE)(in, at[0] + place);
        value = COMBINE(value, TERM(x));
    }
    TN_REDUCE(value, scratch, me, COMBINE)
    if (me == 0) {
        if (splits == 1) {
            TN_WRITE(OUT)(out, at[1], RESULT(value, reduced.count));
        } else {
            partial[result * splits + split] = value;
        }
    }
}

TN_KERNEL reduce_item(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL TN_STORAGE(OUT) * out, TN_GLOBAL VALUE *partial,
                      const TnAxes kept, const TnAxes reduced, const i64 splits, const i64 chunk) {
    i64 index = TN_GLOBAL_ID();
    if (index >= kept.count * splits) {
        return;
    }
    /* Neighbouring items have neighbouring results of one split. */
    i64 result = index % kept.count;
    i64 split = index / kept.count;
    TN_PLACES(at, kept, result)
    i64 end = (split + 1) * chunk < reduced.count ? (split + 1) * chunk : reduced.count;
    VALUE value = START;
    for (i64 i = split * chunk; i < end; i++) {
        REDUCED_PLACE(place, i)
        VALUE x = TN_LOAD(TYPE)(in, at[0] + place);
        value = COMBINE(value, TERM(x));
    }
    if (splits == 1) {
        TN_WRITE(OUT)(out, at[1], RESULT(value, reduced.count));
    } else {
        partial[result * splits + split] = value;
    }
}

TN_KERNEL reduce_partials(const TN_GLOBAL VALUE *partial, TN_GLOBAL TN_STORAGE(OUT) * out, const TnAxes kept,
                          const i64 splits, const i64 count) {
    i64 result = TN_GLOBAL_ID();
    if (result >= kept.count) {
        return;
    }
    TN_PLACES(at, kept, result)
    VALUE value = START;
    for (i64 split = 0; split < splits; split++) {
        value = COMBINE(value, partial[result * splits + split]);
    }
    TN_WRITE(OUT)(out, at[1], RESULT(value, count));
}
