/*
 * AllReduce and ReduceScatter, for ranks of one device: combine_rank takes one rank's tensor into the sums, in rank order, so
 * that every rank gets the same bits; combine_result writes a rank's result from the sums from element from on.
 */
#include "tenon.h"
#include "group.h"
#define VALUE TN_COMPUTE(TYPE)
#define COMBINE_SUM TN_ADD
#define COMBINE_MEAN TN_ADD
#define COMBINE_MAX TN_LARGEST
#define COMBINE_MIN TN_SMALLEST
#define COMBINE TN_CAT(COMBINE_, FUNCTION)
#define RESULT_SUM(x, ranks) (x)
#define RESULT_MEAN(x, ranks) ((x) / (VALUE)(ranks))
#define RESULT_MAX(x, ranks) (x)
#define RESULT_MIN(x, ranks) (x)

TN_KERNEL combine_rank(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL VALUE *sums, const TnAxes axes,
                       const i32 first) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    VALUE x = TN_LOAD(TYPE)(in, at[0]);
    sums[index] = first != 0 ? x : COMBINE(sums[index], x);
}

TN_KERNEL combine_result(TN_GLOBAL TN_STORAGE(TYPE) * out, const TN_GLOBAL VALUE *sums, const TnAxes axes,
                         const i64 ranks, const i64 from) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    TN_WRITE(TYPE)(out, at[0], TN_CAT(RESULT_, FUNCTION)(sums[from + index], ranks));
}
