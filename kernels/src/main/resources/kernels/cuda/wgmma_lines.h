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
/* d = a b, or d += a b where adds is not 0. */
#define TN_WGMMA_LINES_128(name, type)                                                                                 \
    TN_FUNCTION void name(f32 *d, const u32 *a, u64 b, u32 adds) {                                                     \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %69, 0;\n"                                                      \
                     "wgmma.mma_async.sync.aligned.m64n128k16.f32." type "." type " {"                                 \
                     "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, "      \
                     "%20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, "      \
                     "%38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, "      \
                     "%56, %57, %58, %59, %60, %61, %62, %63"                                                          \
                     "}, {%64, %65, %66, %67}, %68, p, 1, 1, 0;\n}\n"                                                  \
                     : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),             \
                       "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]),         \
                       "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]),                   \
                       "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]),                   \
                       "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]),                   \
                       "+f"(d[32]), "+f"(d[33]), "+f"(d[34]), "+f"(d[35]), "+f"(d[36]), "+f"(d[37]),                   \
                       "+f"(d[38]), "+f"(d[39]), "+f"(d[40]), "+f"(d[41]), "+f"(d[42]), "+f"(d[43]),                   \
                       "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]), "+f"(d[48]), "+f"(d[49]),                   \
                       "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]),                   \
                       "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]),                   \
                       "+f"(d[62]), "+f"(d[63])                                                                        \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(adds));                                 \
    }
TN_WGMMA_LINES_128(wgmma_lines_bf16, "bf16")
TN_WGMMA_LINES_128(wgmma_lines_f16, "f16")

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
