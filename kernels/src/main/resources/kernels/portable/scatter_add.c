/*
 * ScatterAdd: a group has GROUP columns of one row of the table, looks through all indices GROUP at a time and adds the rows
 * that are meant for it in their order; the sum is rounded once. columns are a row's axes (operand 0 rows, 1 table),
 * indexed the indices' (operand 0 rows, 1 indices). An index outside the table meets no row.
 */
#define OPERANDS 2
#include "tenon.h"
#define VALUE TN_COMPUTE(TABLE)

TN_KERNEL scatter_add(const TN_GLOBAL TN_STORAGE(TYPE) * rows, const TN_GLOBAL TN_STORAGE(INDEX) * indices,
                      TN_GLOBAL TN_STORAGE(TABLE) * table, const TnAxes columns, const TnAxes indexed,
                      const i64 tableStride, const i64 columnGroups) {
    TN_LOCAL i32 meant[GROUP];
    TN_LOCAL i32 any;
    i32 me = TN_LOCAL_ID();
    i64 row = TN_GROUP_ID(0) / columnGroups;
    i64 column = TN_GROUP_ID(0) % columnGroups * GROUP + me;
    i32 inside = column < columns.count;
    TN_PLACES(at, columns, inside ? column : 0)
    i64 target = at[1] + row * tableStride;
    VALUE sum = inside ? TN_LOAD(TABLE)(table, target) : (VALUE)0;
    for (i64 from = 0; from < indexed.count; from += GROUP) {
        if (me == 0) {
            any = 0;
        }
        TN_BARRIER();
        i64 mine = from + me;
        i32 hit = 0;
        if (mine < indexed.count) {
            TN_PLACES(place, indexed, mine)
            hit = TN_LOAD(INDEX)(indices, place[1]) == row;
        }
        meant[me] = hit;
        if (hit) {
            any = 1;
        }
        TN_BARRIER();
        if (any && inside) {
            for (i32 i = 0; i < GROUP; i++) {
                if (meant[i]) {
                    TN_PLACES(place, indexed, from + i)
                    sum += TN_LOAD(TYPE)(rows, at[0] + place[0]);
                }
            }
        }
        TN_BARRIER();
    }
    if (inside) {
        TN_WRITE(TABLE)(table, target, sum);
    }
}
