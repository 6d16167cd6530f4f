/* AdamW: one fused step, in place. schedule holds rate, step and the gradient's scale. */
#include "tenon.h"
#include "vector.h"
#define VALUE TN_COMPUTE(TYPE)

TN_KERNEL adamw(TN_GLOBAL TN_STORAGE(TYPE) * parameter, const TN_GLOBAL TN_STORAGE(GRADIENT) * gradient,
                TN_GLOBAL VALUE *firstMoment, TN_GLOBAL VALUE *secondMoment, const TN_GLOBAL f32 *schedule,
                const TnAxes axes, const i64 scheduleBase, const i64 scheduleStep, const VALUE beta1,
                const VALUE beta2, const VALUE logBeta1, const VALUE logBeta2, const VALUE epsilon,
                const VALUE decay) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    VALUE rate = schedule[scheduleBase];
    VALUE step = schedule[scheduleBase + scheduleStep];
    VALUE gradientScale = schedule[scheduleBase + 2 * scheduleStep];
    /* 1 - beta^step without the cancellation that the power's rounding would be magnified by. */
    VALUE biasM = -expm1(step * logBeta1);
    VALUE biasV = -expm1(step * logBeta2);
    VALUE w[VECTOR];
    TN_COMPUTE(GRADIENT) g[VECTOR];
    VALUE m[VECTOR];
    VALUE v[VECTOR];
    TN_READ(TYPE, w, parameter, at[0])
    TN_READ(GRADIENT, g, gradient, at[1])
    TN_READ_UNITS(VALUE, m, firstMoment, at[2])
    TN_READ_UNITS(VALUE, v, secondMoment, at[3])
    TN_EACH(j) {
        VALUE scaled = gradientScale * (VALUE)g[j];
        m[j] = beta1 * m[j] + (1 - beta1) * scaled;
        v[j] = beta2 * v[j] + (1 - beta2) * scaled * scaled;
        w[j] -= rate * (m[j] / biasM / (sqrt(v[j] / biasV) + epsilon) + decay * w[j]);
    }
    TN_PUT_UNITS(VALUE, m, firstMoment, at[2])
    TN_PUT_UNITS(VALUE, v, secondMoment, at[3])
    TN_PUT(TYPE, w, parameter, at[0])
}
