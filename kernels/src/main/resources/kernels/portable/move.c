/*
 * Bits moved as they are, in units of UNIT (u8, u16, u32 or u64).
 * copy: Copy, Concat, AllGather. fill: Fill. where: Where.
 */
#include "tenon.h"

#if OPERANDS == 1
TN_KERNEL fill(TN_GLOBAL UNIT *out, const u64 bits, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    out[at[0]] = (UNIT)bits;
}
#elif OPERANDS == 2
TN_KERNEL copy(const TN_GLOBAL UNIT *in, TN_GLOBAL UNIT *out, const TnAxes axes) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    out[at[1]] = in[at[0]];
}
#else
TN_KERNEL where(const TN_GLOBAL u8 *condition, const TN_GLOBAL UNIT *a, const TN_GLOBAL UNIT *b, TN_GLOBAL UNIT *out,
                const TnAxes axes) {
    i64 index = TN_GLOBAL_ID();
    if (index >= axes.count) {
        return;
    }
    TN_PLACES(at, axes, index)
    out[at[3]] = condition[at[0]] != 0 ? a[at[1]] : b[at[2]];
}
#endif
