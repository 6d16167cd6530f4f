/*
 * The gradients of a normalization's weight and bias: sums over all rows, of gradOut * (x - mean) * rstd and of gradOut. A
 * group has COLUMNS columns and GROUP / COLUMNS rows at a time. WEIGHT and BIAS are the types of what is written.
 */
#include "tenon.h"
#define VALUE TN_COMPUTE(TYPE)
#define LANES (GROUP / COLUMNS)

TN_KERNEL norm_weights(const TN_GLOBAL TN_STORAGE(TYPE) * gradOut, const TN_GLOBAL TN_STORAGE(TYPE) * in,
                       const TN_GLOBAL VALUE *means, const TN_GLOBAL VALUE *rstds,
                       TN_GLOBAL TN_STORAGE(WEIGHT) * gradWeight, TN_GLOBAL TN_STORAGE(BIAS) * gradBias,
                       const TnAxes axes, const i64 n, const i64 gradOutStep, const i64 inStep, const i64 weightBase,
                       const i64 weightStep, const i64 biasBase, const i64 biasStep) {
    TN_LOCAL VALUE weights[GROUP];
    TN_LOCAL VALUE biases[GROUP];
    i32 me = TN_LOCAL_ID();
    i64 column = TN_GROUP_ID(0) * COLUMNS + me % COLUMNS;
    VALUE weight = 0;
    VALUE bias = 0;
    if (column < n) {
        for (i64 row = me / COLUMNS; row < axes.count; row += LANES) {
            TN_PLACES(at, axes, row)
            VALUE g = TN_LOAD(TYPE)(gradOut, at[0] + column * gradOutStep);
            VALUE x = TN_LOAD(TYPE)(in, at[1] + column * inStep);
#ifdef CENTRED
            x -= means[at[2]];
#endif
            weight += g * (x * rstds[at[3]]);
            bias += g;
        }
    }
    weights[me] = weight;
    biases[me] = bias;
    TN_BARRIER();
    if (me < COLUMNS && column < n) {
        for (i32 lane = 1; lane < LANES; lane++) {
            weight += weights[me + lane * COLUMNS];
            bias += biases[me + lane * COLUMNS];
        }
#ifdef HAS_WEIGHT
        TN_WRITE(WEIGHT)(gradWeight, weightBase + column * weightStep, weight);
#endif
#ifdef HAS_BIAS
        TN_WRITE(BIAS)(gradBias, biasBase + column * biasStep, bias);
#endif
    }
}
