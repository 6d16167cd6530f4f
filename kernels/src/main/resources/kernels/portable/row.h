/*
 * Rows of n elements, a group each. TN_ROW goes through a row; in its body i and TN_ROW_READ, TN_ROW_WRITE stand for VECTOR elements, those of
 * TN_IN_ROW(i, j) for j below VECTOR: with WIDE neighbours, and each group of neighbours lies as vector.h wants it; else ITEMS apart, those past
 * the row's end having the value of fill.
 *
 * FORM says which optional operands are there, and WIDE; with AHEAD it is the kernel's argument form.
 */
#include "vector.h"
#include "group.h"
#define WIDE 1
#ifdef AHEAD
#define FORM form
#endif
#define TN_HAS(operand) ((FORM & (operand)) != 0)

#if VECTOR == 1
#define TN_ROW(i) for (i64 i = me; i < n; i += ITEMS)
#define TN_IN_ROW(i, j) (i)
#define TN_ROW_READ(type, values, from, base, i, step, fill) TN_READ(type, values, from, (base) + (i) * (step))
#define TN_ROW_WRITE(type, values, to, base, i, step) TN_PUT(type, values, to, (base) + (i) * (step))
#else
/* Unrolled it would be several times the code; the other groups see to it that enough is on its way. */
#define TN_ROW(i)                                                                                                      \
    _Pragma("unroll 1") for (i64 i = TN_HAS(WIDE) ? me * VECTOR : me; i < n; i += ITEMS * VECTOR)
#define TN_IN_ROW(i, j) ((i) + (TN_HAS(WIDE) ? (j) : (j) * ITEMS))
#define TN_ROW_READ(type, values, from, base, i, step, fill)                                                           \
    if (TN_HAS(WIDE)) {                                                                                                \
        TN_READ(type, values, from, (base) + (i))                                                                      \
    } else {                                                                                                           \
        i64 tn_at = (base) + (i) * (step);                                                                             \
        TN_EACH(tn_j) {                                                                                                \
            (values)[tn_j] = (i) + tn_j * ITEMS < n ? TN_LOAD(type)(from, tn_at) : (TN_COMPUTE(type))(fill);           \
            tn_at += ITEMS * (step);                                                                                   \
        }                                                                                                              \
    }
#define TN_ROW_WRITE(type, values, to, base, i, step)                                                                  \
    if (TN_HAS(WIDE)) {                                                                                                \
        TN_PUT(type, values, to, (base) + (i))                                                                         \
    } else {                                                                                                           \
        i64 tn_at = (base) + (i) * (step);                                                                             \
        TN_EACH(tn_j) {                                                                                                \
            if ((i) + tn_j * ITEMS < n) {                                                                              \
                TN_WRITE(type)(to, tn_at, (values)[tn_j]);                                                             \
            }                                                                                                          \
            tn_at += ITEMS * (step);                                                                                   \
        }                                                                                                              \
    }
#endif
