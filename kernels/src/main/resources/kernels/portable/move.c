/*
 * Bits moved as they are, in units of UNIT (u8, u16, u32 or u64).
 * copy: Copy, Concat, AllGather. fill: Fill. where: Where.
 */
#include "tenon.h"
#include "vector.h"

#if OPERANDS == 1
TN_KERNEL fill(TN_GLOBAL UNIT *out, const u64 bits, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    UNIT x[VECTOR];
    TN_EACH(j) {
        x[j] = (UNIT)bits;
    }
    TN_PUT_UNITS(UNIT, x, out, at[0])
}
#elif OPERANDS == 2
TN_KERNEL copy(const TN_GLOBAL UNIT *in, TN_GLOBAL UNIT *out, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    UNIT x[VECTOR];
    TN_READ_UNITS(UNIT, x, in, at[0])
    TN_PUT_UNITS(UNIT, x, out, at[1])
}
#else
TN_KERNEL where(const TN_GLOBAL u8 *condition, const TN_GLOBAL UNIT *a, const TN_GLOBAL UNIT *b, TN_GLOBAL UNIT *out,
                const TnAxes axes) {
    i64 index = TN_GLOBAL_ID() * VECTOR;
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    u8 chosen[VECTOR];
    UNIT x[VECTOR];
    UNIT y[VECTOR];
    TN_READ_UNITS(u8, chosen, condition, at[0])
    TN_READ_UNITS(UNIT, x, a, at[1])
    TN_READ_UNITS(UNIT, y, b, at[2])
    TN_EACH(j) {
        x[j] = chosen[j] != 0 ? x[j] : y[j];
    }
    TN_PUT_UNITS(UNIT, x, out, at[3])
}
#endif
