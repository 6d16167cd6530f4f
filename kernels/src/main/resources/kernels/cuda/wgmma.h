/*
 * The instructions of Hopper alone (sm_90a): barriers in shared memory that count bytes, bulk tensor copies that complete on them, and
 * products of a warpgroup (four warps, the first's number divisible by four) with operands in shared memory. As in ptx.h, each is a
 * function, which the emulation gives its documented meaning.
 */
#pragma once
#include "ptx.h"

/* What cuTensorMapEncodeTiled wrote. */
struct __attribute__((aligned(64))) TensorMap {
    u64 words[16];
};

/*
 * A matrix in shared memory for wgmma, in lines of 128 bytes whose 16-byte chunks are exchanged by the line's number (the
 * 128-byte swizzle; tiles start on multiples of 1024). Eight lines are a group; group: bytes between groups, slab: bytes between
 * slabs of 64 elements, where lines run across the terms.
 */
TN_FUNCTION u64 matrix_descriptor(u32 at, u32 slab, u32 group) {
    return (u64)(at >> 4 & 0x3FFF) | (u64)(slab >> 4 & 0x3FFF) << 16 | (u64)(group >> 4 & 0x3FFF) << 32 | 1ull << 62;
}

#ifdef __CUDACC__

TN_FUNCTION void counter_init(u32 at, u32 arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(at), "r"(arrivals) : "memory");
}
/* After all of a block's counters are initialized, by the thread that did it. */
TN_FUNCTION void counter_init_fence() {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
/* What this thread stored to shared memory is seen by the products and bulk copies that follow, of others after a barrier. */
TN_FUNCTION void stores_before_async() {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
TN_FUNCTION void counter_arrive(u32 at) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(at) : "memory");
}
/* Arrives, and has the phase wait for so many bytes more. */
TN_FUNCTION void counter_expect(u32 at, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(at), "r"(bytes) : "memory");
}
/* Until the phase of this parity is over; phases count from 0. */
TN_FUNCTION void counter_wait(u32 at, u32 parity) {
    asm volatile("{\n.reg .pred p;\n"
                 "again:\n"
                 "mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n"
                 "@!p bra again;\n}\n" ::"r"(at),
                 "r"(parity)
                 : "memory");
}
/* A box of a tensor of four axes into shared memory; its bytes count on the counter. */
TN_FUNCTION void copy_box4(u32 to, const TensorMap *map, i32 x, i32 y, i32 z, i32 w, u32 counter) {
    asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                 " [%0], [%1, {%2, %3, %4, %5}], [%6];" ::"r"(to),
                 "l"(map), "r"(x), "r"(y), "r"(z), "r"(w), "r"(counter)
                 : "memory");
}
/* Of three axes. */
TN_FUNCTION void copy_box(u32 to, const TensorMap *map, i32 x, i32 y, i32 z, u32 counter) {
    asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                 " [%0], [%1, {%2, %3, %4}], [%5];" ::"r"(to),
                 "l"(map), "r"(x), "r"(y), "r"(z), "r"(counter)
                 : "memory");
}
/* Neighbouring bytes of memory, a multiple of 16, from and to 16-byte addresses. */
TN_FUNCTION void copy_bytes(u32 to, const void *from, u32 bytes, u32 counter) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to),
                 "l"(from), "r"(bytes), "r"(counter)
                 : "memory");
}
template <u32 COUNT> TN_FUNCTION void registers_more() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(COUNT));
}
template <u32 COUNT> TN_FUNCTION void registers_less() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(COUNT));
}
/* Before the first product that touches registers that other instructions wrote. */
TN_FUNCTION void wgmma_fence() {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
TN_FUNCTION void wgmma_commit() {
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
template <u32 LEFT> TN_FUNCTION void wgmma_wait() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(LEFT) : "memory");
}
/*
 * After the wait that ends products: what their sums have come to. To the compiler they are there once a product is issued; what it then does
 * with them it may do before the wait, when PTX leaves open what the registers hold. So sums go nowhere but into products, and here.
 */
template <u32 COUNT> TN_FUNCTION void wgmma_settle(f32 (&settled)[COUNT], const f32 (&sums)[COUNT]) {
#pragma unroll
    for (u32 i = 0; i < COUNT; i++) {
        settled[i] = sums[i];
        asm volatile("" : "+f"(settled[i])::"memory");
    }
}

/*
 * d = a b, or d += a b where adds is not 0: 64 x 16 by 16 x N, of TF32 64 x 8 by 8 x N. ACROSS: lines run across the terms,
 * which those of TF32 cannot; of its 32 bits the low 13 are cut off.
 */
#define TN_WGMMA_64(name, type)                                                                                        \
    template <u32 A_ACROSS, u32 B_ACROSS> TN_FUNCTION void name(f32 *d, u64 a, u64 b, u32 adds) {                      \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %34, 0;\n"                                                      \
                     "wgmma.mma_async.sync.aligned.m64n64k16.f32." type "." type " {"                                  \
                     "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, "      \
                     "%20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"                                      \
                     "}, %32, %33, p, 1, 1, %35, %36;\n}\n"                                                            \
                     : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),             \
                       "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]),         \
                       "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]),      \
                       "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]),      \
                       "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])                                              \
                     : "l"(a), "l"(b), "r"(adds), "n"(A_ACROSS), "n"(B_ACROSS));                                       \
    }
#define TN_WGMMA_128(name, terms, type, across)                                                                        \
    template <u32 A_ACROSS, u32 B_ACROSS> TN_FUNCTION void name(f32 *d, u64 a, u64 b, u32 adds) {                      \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %66, 0;\n"                                                      \
                     "wgmma.mma_async.sync.aligned.m64n128k" terms ".f32." type "." type " {"                          \
                     "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, "      \
                     "%20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, "      \
                     "%38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, "      \
                     "%56, %57, %58, %59, %60, %61, %62, %63"                                                          \
                     "}, %64, %65, p, 1, 1" across ";\n}\n"                                                            \
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
                     : "l"(a), "l"(b), "r"(adds), "n"(A_ACROSS), "n"(B_ACROSS));                                       \
    }
#define TN_WGMMA_256(name, terms, type, across)                                                                        \
    template <u32 A_ACROSS, u32 B_ACROSS> TN_FUNCTION void name(f32 *d, u64 a, u64 b, u32 adds) {                      \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %130, 0;\n"                                                     \
                     "wgmma.mma_async.sync.aligned.m64n256k" terms ".f32." type "." type " {"                          \
                     "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, "      \
                     "%20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, "      \
                     "%38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, "      \
                     "%56, %57, %58, %59, %60, %61, %62, %63, %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, "      \
                     "%74, %75, %76, %77, %78, %79, %80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, "      \
                     "%92, %93, %94, %95, %96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, "        \
                     "%108, %109, %110, %111, %112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, "      \
                     "%123, %124, %125, %126, %127"                                                                    \
                     "}, %128, %129, p, 1, 1" across ";\n}\n"                                                          \
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
                       "+f"(d[62]), "+f"(d[63]), "+f"(d[64]), "+f"(d[65]), "+f"(d[66]), "+f"(d[67]),                   \
                       "+f"(d[68]), "+f"(d[69]), "+f"(d[70]), "+f"(d[71]), "+f"(d[72]), "+f"(d[73]),                   \
                       "+f"(d[74]), "+f"(d[75]), "+f"(d[76]), "+f"(d[77]), "+f"(d[78]), "+f"(d[79]),                   \
                       "+f"(d[80]), "+f"(d[81]), "+f"(d[82]), "+f"(d[83]), "+f"(d[84]), "+f"(d[85]),                   \
                       "+f"(d[86]), "+f"(d[87]), "+f"(d[88]), "+f"(d[89]), "+f"(d[90]), "+f"(d[91]),                   \
                       "+f"(d[92]), "+f"(d[93]), "+f"(d[94]), "+f"(d[95]), "+f"(d[96]), "+f"(d[97]),                   \
                       "+f"(d[98]), "+f"(d[99]), "+f"(d[100]), "+f"(d[101]), "+f"(d[102]), "+f"(d[103]),               \
                       "+f"(d[104]), "+f"(d[105]), "+f"(d[106]), "+f"(d[107]), "+f"(d[108]), "+f"(d[109]),             \
                       "+f"(d[110]), "+f"(d[111]), "+f"(d[112]), "+f"(d[113]), "+f"(d[114]), "+f"(d[115]),             \
                       "+f"(d[116]), "+f"(d[117]), "+f"(d[118]), "+f"(d[119]), "+f"(d[120]), "+f"(d[121]),             \
                       "+f"(d[122]), "+f"(d[123]), "+f"(d[124]), "+f"(d[125]), "+f"(d[126]), "+f"(d[127])              \
                     : "l"(a), "l"(b), "r"(adds), "n"(A_ACROSS), "n"(B_ACROSS));                                       \
    }
/* The same with a in registers, laid out as mma.sync's, and lines of b across the terms. */
#define TN_WGMMA_REGISTERS_64(name, type)                                                                              \
    TN_FUNCTION void name(f32 *d, const u32 *a, u64 b, u32 adds) {                                                     \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %37, 0;\n"                                                      \
                     "wgmma.mma_async.sync.aligned.m64n64k16.f32." type "." type " {"                                  \
                     "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, "      \
                     "%20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"                                      \
                     "}, {%32, %33, %34, %35}, %36, p, 1, 1, 1;\n}\n"                                                  \
                     : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),             \
                       "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]),         \
                       "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]),                   \
                       "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]),                   \
                       "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])                    \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(adds));                                 \
    }
/* across: "1" where b's lines run across the terms, "0" where they run along them. */
#define TN_WGMMA_REGISTERS_128(name, type, across)                                                                     \
    TN_FUNCTION void name(f32 *d, const u32 *a, u64 b, u32 adds) {                                                     \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %69, 0;\n"                                                      \
                     "wgmma.mma_async.sync.aligned.m64n128k16.f32." type "." type " {"                                 \
                     "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, "      \
                     "%20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, "      \
                     "%38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, "      \
                     "%56, %57, %58, %59, %60, %61, %62, %63"                                                          \
                     "}, {%64, %65, %66, %67}, %68, p, 1, 1, " across ";\n}\n"                                         \
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
#define TN_WGMMA_REGISTERS_256(name, type)                                                                             \
    TN_FUNCTION void name(f32 *d, const u32 *a, u64 b, u32 adds) {                                                     \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %133, 0;\n"                                                     \
                     "wgmma.mma_async.sync.aligned.m64n256k16.f32." type "." type " {"                                 \
                     "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, "      \
                     "%20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, "      \
                     "%38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, "      \
                     "%56, %57, %58, %59, %60, %61, %62, %63, %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, "      \
                     "%74, %75, %76, %77, %78, %79, %80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, "      \
                     "%92, %93, %94, %95, %96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, "        \
                     "%108, %109, %110, %111, %112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, "      \
                     "%123, %124, %125, %126, %127"                                                                    \
                     "}, {%128, %129, %130, %131}, %132, p, 1, 1, 1;\n}\n"                                             \
                     : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),             \
                       "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]),         \
                       "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]),      \
                       "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]),      \
                       "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]), "+f"(d[32]), "+f"(d[33]), "+f"(d[34]),      \
                       "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]), "+f"(d[40]), "+f"(d[41]),      \
                       "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]), "+f"(d[48]),      \
                       "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]),      \
                       "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]),      \
                       "+f"(d[63]), "+f"(d[64]), "+f"(d[65]), "+f"(d[66]), "+f"(d[67]), "+f"(d[68]), "+f"(d[69]),      \
                       "+f"(d[70]), "+f"(d[71]), "+f"(d[72]), "+f"(d[73]), "+f"(d[74]), "+f"(d[75]), "+f"(d[76]),      \
                       "+f"(d[77]), "+f"(d[78]), "+f"(d[79]), "+f"(d[80]), "+f"(d[81]), "+f"(d[82]), "+f"(d[83]),      \
                       "+f"(d[84]), "+f"(d[85]), "+f"(d[86]), "+f"(d[87]), "+f"(d[88]), "+f"(d[89]), "+f"(d[90]),      \
                       "+f"(d[91]), "+f"(d[92]), "+f"(d[93]), "+f"(d[94]), "+f"(d[95]), "+f"(d[96]), "+f"(d[97]),      \
                       "+f"(d[98]), "+f"(d[99]), "+f"(d[100]), "+f"(d[101]), "+f"(d[102]), "+f"(d[103]),               \
                       "+f"(d[104]), "+f"(d[105]), "+f"(d[106]), "+f"(d[107]), "+f"(d[108]), "+f"(d[109]),             \
                       "+f"(d[110]), "+f"(d[111]), "+f"(d[112]), "+f"(d[113]), "+f"(d[114]), "+f"(d[115]),             \
                       "+f"(d[116]), "+f"(d[117]), "+f"(d[118]), "+f"(d[119]), "+f"(d[120]), "+f"(d[121]),             \
                       "+f"(d[122]), "+f"(d[123]), "+f"(d[124]), "+f"(d[125]), "+f"(d[126]), "+f"(d[127])              \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(adds));                                 \
    }
TN_WGMMA_REGISTERS_64(wgmma_registers_64_bf16, "bf16")
TN_WGMMA_REGISTERS_64(wgmma_registers_64_f16, "f16")
TN_WGMMA_REGISTERS_128(wgmma_registers_128_bf16, "bf16", "1")
TN_WGMMA_REGISTERS_128(wgmma_registers_128_f16, "f16", "1")
TN_WGMMA_REGISTERS_256(wgmma_registers_256_bf16, "bf16")
TN_WGMMA_REGISTERS_256(wgmma_registers_256_f16, "f16")
TN_WGMMA_64(wgmma_64_bf16, "bf16")
TN_WGMMA_64(wgmma_64_f16, "f16")
TN_WGMMA_128(wgmma_128_bf16, "16", "bf16", ", %67, %68")
TN_WGMMA_128(wgmma_128_f16, "16", "f16", ", %67, %68")
TN_WGMMA_128(wgmma_128_tf32, "8", "tf32", "")
TN_WGMMA_256(wgmma_256_bf16, "16", "bf16", ", %131, %132")
TN_WGMMA_256(wgmma_256_f16, "16", "f16", ", %131, %132")
TN_WGMMA_256(wgmma_256_tf32, "8", "tf32", "")

#else

TN_FUNCTION void counter_init(u32 at, u32 arrivals) {
    emulatedCounterInit(at, arrivals);
}
TN_FUNCTION void counter_init_fence() {
    emulatedProxyFence();
}
TN_FUNCTION void stores_before_async() {
    emulatedProxyFence();
}
TN_FUNCTION void counter_arrive(u32 at) {
    emulatedCounterArrive(at, 0);
}
TN_FUNCTION void counter_expect(u32 at, u32 bytes) {
    emulatedCounterArrive(at, bytes);
}
TN_FUNCTION void counter_wait(u32 at, u32 parity) {
    emulatedCounterWait(at, parity);
}
TN_FUNCTION void copy_box(u32 to, const TensorMap *map, i32 x, i32 y, i32 z, u32 counter) {
    emulatedCopyBox(to, *(const EmulatedMap *)map->words[0], 3, x, y, z, 0, counter, 1u << myBlock());
}
TN_FUNCTION void copy_box4(u32 to, const TensorMap *map, i32 x, i32 y, i32 z, i32 w, u32 counter) {
    emulatedCopyBox(to, *(const EmulatedMap *)map->words[0], 4, x, y, z, w, counter, 1u << myBlock());
}
TN_FUNCTION void copy_bytes(u32 to, const void *from, u32 bytes, u32 counter) {
    emulatedCopyBytes(to, from, bytes, counter);
}
template <u32 COUNT> TN_FUNCTION void registers_more() {}
template <u32 COUNT> TN_FUNCTION void registers_less() {}
TN_FUNCTION void wgmma_fence() {
    emulatedWgmmaFence();
}
TN_FUNCTION void wgmma_commit() {
    emulatedWgmmaCommit();
}
template <u32 LEFT> TN_FUNCTION void wgmma_wait() {
    emulatedWgmmaWait(LEFT);
}
template <u32 COUNT> TN_FUNCTION void wgmma_settle(f32 (&settled)[COUNT], const f32 (&sums)[COUNT]) {
    memcpy(settled, sums, sizeof sums);
}
#define TN_WGMMA_EMULATED(name, type, n)                                                                               \
    template <u32 A_ACROSS, u32 B_ACROSS> TN_FUNCTION void name(f32 *d, u64 a, u64 b, u32 adds) {                      \
        emulatedWgmma(Element::type, n, d, nullptr, a, b, adds != 0, A_ACROSS != 0, B_ACROSS != 0);                    \
    }
#define TN_WGMMA_REGISTERS_EMULATED(name, type, n)                                                                     \
    TN_FUNCTION void name(f32 *d, const u32 *a, u64 b, u32 adds) {                                                     \
        emulatedWgmma(Element::type, n, d, a, 0, b, adds != 0, false, true);                                           \
    }
TN_WGMMA_REGISTERS_EMULATED(wgmma_registers_64_bf16, BF16, 64)
TN_WGMMA_REGISTERS_EMULATED(wgmma_registers_64_f16, F16, 64)
TN_WGMMA_REGISTERS_EMULATED(wgmma_registers_128_bf16, BF16, 128)
TN_WGMMA_REGISTERS_EMULATED(wgmma_registers_128_f16, F16, 128)
TN_WGMMA_REGISTERS_EMULATED(wgmma_registers_256_bf16, BF16, 256)
TN_WGMMA_REGISTERS_EMULATED(wgmma_registers_256_f16, F16, 256)
TN_WGMMA_EMULATED(wgmma_64_bf16, BF16, 64)
TN_WGMMA_EMULATED(wgmma_64_f16, F16, 64)
TN_WGMMA_EMULATED(wgmma_128_bf16, BF16, 128)
TN_WGMMA_EMULATED(wgmma_128_f16, F16, 128)
TN_WGMMA_EMULATED(wgmma_128_tf32, TF32, 128)
TN_WGMMA_EMULATED(wgmma_256_bf16, BF16, 256)
TN_WGMMA_EMULATED(wgmma_256_f16, F16, 256)
TN_WGMMA_EMULATED(wgmma_256_tf32, TF32, 256)

#endif
