/*
 * Rope: an item turns VECTOR pairs of a head, or copies VECTOR of the elements after the pairs. axes are batch, tokens and heads;
 * operand 2 are the positions.
 */
#define OPERANDS 3
#include "tenon.h"
#include "vector.h"
#define VALUE TN_COMPUTE(TYPE)

/* On a GPU both share what is most of their work, bringing a large angle down. */
#ifdef __CUDACC__
#define TN_SINE_COSINE(angle, sine, cosine) sincos(angle, &(sine), &(cosine));
#else
#define TN_SINE_COSINE(angle, sine, cosine)                                                                            \
    cosine = cos(angle);                                                                                               \
    sine = sin(angle);
#endif

TN_KERNEL rope(const TN_GLOBAL TN_STORAGE(TYPE) * in, TN_GLOBAL TN_STORAGE(TYPE) * out, const TN_GLOBAL i32 *positions,
               const TN_GLOBAL f32 *frequencies, const TnAxes axes, const i64 size, const i64 pairs, const i64 inStep,
               const i64 outStep, const i64 frequencyBase, const i64 frequencyStep, const f32 magnitude,
               const f32 direction) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    i64 width = size - pairs;
    if (index >= axes.count * width) {
        return;
    }
    i64 i = index % width;
    TN_PLACES(at, axes, index / width)
    if (i >= pairs) {
        VALUE rest[VECTOR];
        TN_READ(TYPE, rest, in, at[0] + (i + pairs) * inStep)
        TN_PUT(TYPE, rest, out, at[1] + (i + pairs) * outStep)
        return;
    }
    /* The pairs' elements, VECTOR neighbours and VECTOR more. */
    VALUE x[2 * VECTOR];
#ifdef ADJACENT
    i64 first = 2 * i;
    i64 second = first + VECTOR;
#define FIRST(j) x[2 * (j)]
#define SECOND(j) x[2 * (j) + 1]
#else
    i64 first = i;
    i64 second = first + pairs;
#define FIRST(j) x[j]
#define SECOND(j) x[VECTOR + (j)]
#endif
    TN_READ(TYPE, x, in, at[0] + first * inStep)
    TN_READ(TYPE, x + VECTOR, in, at[0] + second * inStep)
    VALUE position = positions[at[2]];
    TN_EACH(j) {
        VALUE angle = position * (VALUE)frequencies[frequencyBase + (i + j) * frequencyStep] * (VALUE)direction;
        VALUE cosine;
        VALUE sine;
        TN_SINE_COSINE(angle, sine, cosine)
        cosine *= (VALUE)magnitude;
        sine *= (VALUE)magnitude;
        VALUE turned = FIRST(j) * cosine - SECOND(j) * sine;
        SECOND(j) = FIRST(j) * sine + SECOND(j) * cosine;
        FIRST(j) = turned;
    }
    TN_PUT(TYPE, x, out, at[1] + first * outStep)
    TN_PUT(TYPE, x + VECTOR, out, at[1] + second * outStep)
}
