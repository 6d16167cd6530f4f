/*
 * Rope: an item turns one pair of a head, or copies one of the elements after the pairs. axes are batch, tokens and heads;
 * operand 2 are the positions.
 */
#define OPERANDS 3
#include "tenon.h"
#define VALUE TN_COMPUTE(TYPE)

TN_KERNEL rope(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL TN_STORAGE(TYPE) * out, const TN_GLOBAL i32 *positions,
               const TN_GLOBAL f32 *frequencies, const TnAxes axes, const i64 size, const i64 pairs, const i64 inStep,
               const i64 outStep, const i64 frequencyBase, const i64 frequencyStep, const f32 magnitude,
               const f32 direction) {
    i64 index = TN_GLOBAL_ID();
    i64 width = size - pairs;
    if (index >= axes.count * width) {
        return;
    }
    i64 i = index % width;
    TN_PLACES(at, axes, index / width)
    if (i >= pairs) {
        i64 rest = i + pairs;
        TN_WRITE(TYPE)(out, at[1] + rest * outStep, TN_LOAD(TYPE)(in, at[0] + rest * inStep));
        return;
    }
#ifdef ADJACENT
    i64 first = 2 * i;
    i64 second = first + 1;
#else
    i64 first = i;
    i64 second = first + pairs;
#endif
    VALUE angle = (VALUE)positions[at[2]] * (VALUE)frequencies[frequencyBase + i * frequencyStep] * (VALUE)direction;
    VALUE cosine = cos(angle) * (VALUE)magnitude;
    VALUE sine = sin(angle) * (VALUE)magnitude;
    VALUE x = TN_LOAD(TYPE)(in, at[0] + first * inStep);
    VALUE y = TN_LOAD(TYPE)(in, at[0] + second * inStep);
    TN_WRITE(TYPE)(out, at[1] + first * outStep, x * cosine - y * sine);
    TN_WRITE(TYPE)(out, at[1] + second * outStep, x * sine + y * cosine);
}
