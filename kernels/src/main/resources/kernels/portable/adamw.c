/* AdamW: one fused step, in place. schedule holds rate, step and the gradient's scale. */
#define OPERANDS 4
#include "tenon.h"
#define VALUE TN_COMPUTE(TYPE)

TN_KERNEL adamw(TN_GLOBAL TN_STORAGE(TYPE) * parameter, const TN_GLOBAL TN_STORAGE(GRADIENT) * gradient,
                TN_GLOBAL VALUE *firstMoment, TN_GLOBAL VALUE *secondMoment, const TN_GLOBAL f32 *schedule,
                const TnAxes axes, const i64 scheduleBase, const i64 scheduleStep, const VALUE beta1,
                const VALUE beta2, const VALUE logBeta1, const VALUE logBeta2, const VALUE epsilon,
                const VALUE decay) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    VALUE rate = schedule[scheduleBase];
    VALUE step = schedule[scheduleBase + scheduleStep];
    VALUE g = (VALUE)schedule[scheduleBase + 2 * scheduleStep] * (VALUE)TN_LOAD(GRADIENT)(gradient, at[1]);
    VALUE w = TN_LOAD(TYPE)(parameter, at[0]);
    VALUE m = beta1 * firstMoment[at[2]] + (1 - beta1) * g;
    VALUE v = beta2 * secondMoment[at[3]] + (1 - beta2) * g * g;
    firstMoment[at[2]] = m;
    secondMoment[at[3]] = v;
    /* 1 - beta^step without the cancellation that the power's rounding would be magnified by. */
    VALUE unbiasedM = m / -expm1(step * logBeta1);
    VALUE unbiasedV = v / -expm1(step * logBeta2);
    TN_WRITE(TYPE)(parameter, at[0], w - rate * (unbiasedM / (sqrt(unbiasedV) + epsilon) + decay * w));
}
