/* Tensor maps of attention's operands. */
#pragma once
#include "attention_cases.h"

/* Elements, positions, heads, batch rows; a box has so many lines of 64 elements. */
static EmulatedMap mapOf(const Guarded &memory, const i64 *places, i64 head, i64 positions, i64 heads, i64 batch, u32 lines) {
    EmulatedMap map = {memory.data + places[0] * 2,
                       4,
                       {(u64)head, (u64)positions, (u64)heads, (u64)batch},
                       {(u64)places[3] * 2, (u64)places[2] * 2, (u64)places[1] * 2},
                       {64, lines}};
    return map;
}

/* Elements, slots, heads, pages. */
static EmulatedMap pagesOf(const Guarded &memory, const i64 *places, i64 head, i64 slots, i64 heads, i64 pages, u32 lines) {
    EmulatedMap map = {memory.data + places[0] * 2,
                       4,
                       {(u64)head, (u64)slots, (u64)heads, (u64)pages},
                       {(u64)places[2] * 2, (u64)places[3] * 2, (u64)places[1] * 2},
                       {64, lines}};
    return map;
}
