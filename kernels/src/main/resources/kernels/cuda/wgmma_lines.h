/*
 * Products of a warpgroup whose left operand is in registers and whose right one is in lines along the terms: 64 x 16 by 16 x 128.
 * Beside them what takes bytes apart into pairs of exact 16-bit numbers.
 */
#pragma once
#include "wgmma.h"

#ifdef __CUDACC__

TN_FUNCTION u32 load_shared_half(u32 at) {
    u16 value;
    asm volatile("ld.shared.u16 %0, [%1];" : "=h"(value) : "r"(at) : "memory");
    return value;
}
/* The two low bytes, one in each half. */
TN_FUNCTION u32 bytes_apart(u32 bytes) {
    u32 both;
    asm("prmt.b32 %0, %1, 0, 0x4140;" : "=r"(both) : "r"(bytes));
    return both;
}
/* (a & mask) | base: one instruction, where the compiler makes two of two constants. */
template <u32 MASK, u32 BASE> TN_FUNCTION u32 masked_onto(u32 a) {
    u32 bits;
    asm("lop3.b32 %0, %1, %2, %3, 0xEA;" : "=r"(bits) : "r"(a), "n"(MASK), "n"(BASE));
    return bits;
}
/* Both halves' differences. */
TN_FUNCTION u32 minus_bf16(u32 a, u32 b) {
    u32 both;
    asm("sub.rn.bf16x2 %0, %1, %2;" : "=r"(both) : "r"(a), "r"(b));
    return both;
}
TN_FUNCTION u32 minus_f16(u32 a, u32 b) {
    u32 both;
    asm("sub.rn.f16x2 %0, %1, %2;" : "=r"(both) : "r"(a), "r"(b));
    return both;
}
TN_WGMMA_REGISTERS_128(wgmma_lines_bf16, "bf16", "0")
TN_WGMMA_REGISTERS_128(wgmma_lines_f16, "f16", "0")

#else

TN_FUNCTION u32 load_shared_half(u32 at) {
    return emulatedLoadShared<u16>(at);
}
TN_FUNCTION u32 bytes_apart(u32 bytes) {
    return (bytes & 0xFF) | (bytes & 0xFF00) << 8;
}
template <u32 MASK, u32 BASE> TN_FUNCTION u32 masked_onto(u32 a) {
    return (a & MASK) | BASE;
}
TN_FUNCTION u32 minus_bf16(u32 a, u32 b) {
    return pack_bf16(bfloatToFloat((u16)a) - bfloatToFloat((u16)b), bfloatToFloat((u16)(a >> 16)) - bfloatToFloat((u16)(b >> 16)));
}
TN_FUNCTION u32 minus_f16(u32 a, u32 b) {
    return pack_f16(halfToFloat((u16)a) - halfToFloat((u16)b), halfToFloat((u16)(a >> 16)) - halfToFloat((u16)(b >> 16)));
}
TN_FUNCTION void wgmma_lines_bf16(f32 *d, const u32 *a, u64 b, u32 adds) {
    emulatedWgmma(Element::BF16, 128, d, a, 0, b, adds != 0, false, false);
}
TN_FUNCTION void wgmma_lines_f16(f32 *d, const u32 *a, u64 b, u32 adds) {
    emulatedWgmma(Element::F16, 128, d, a, 0, b, adds != 0, false, false);
}

#endif
