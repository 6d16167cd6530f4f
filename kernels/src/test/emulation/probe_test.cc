/*
 * The kernels that measure what a device does at most: results are those of plain loops over the same numbers. The sums of a warp's,
 * or a block's, results are also constants, which LimitProbeTest has too: so the host, which checks them on a GPU, adds up the same.
 */
#include "check.h"
#include "probe.cu"
#include "probe_hopper.cu"

struct Product {
    const char *name;
    void (*run)(i32 *, i32);
    /* Of the threads whose results are one product's. */
    u32 threads, rows, columns, terms;
    u32 shared;
    i64 sum;
};

static const Product PRODUCTS[] = {{"probe_mma_bf16", probe_mma_bf16, 32, 32, 32, 16, 0, -3695},
                                   {"probe_mma_f16", probe_mma_f16, 32, 32, 32, 16, 0, -3695},
                                   {"probe_mma_tf32", probe_mma_tf32, 32, 32, 32, 8, 0, -1736},
                                   {"probe_wgmma_bf16", probe_wgmma_bf16, 256, 128, 256, 64, 82944, -349935},
                                   {"probe_wgmma_f16", probe_wgmma_f16, 256, 128, 256, 64, 82944, -349935}};

static void product(const Product &p, u64 seed) {
    const i32 pairs = 3;
    Guarded out(2 * 256 * 4, seed % 2 == 0, SENTINEL);
    launch(p.name, {2, 1, 1}, 256, p.shared, seed, [&] { p.run((i32 *)out.data, pairs); });
    i64 exact = 0;
    for (u32 row = 0; row < p.rows; row++) {
        for (u32 column = 0; column < p.columns; column++) {
            for (u32 term = 0; term < p.terms; term++) {
                f32 left = probe_left(row, term);
                exact += (i64)(left * probe_right(term, column) + left * probe_rest(term, column));
            }
        }
    }
    if (exact != p.sum) {
        fail("%s: the host is told %lld, it is %lld", p.name, p.sum, exact);
    }
    for (u32 from = 0; from < 2 * 256; from += p.threads) {
        i64 sum = 0;
        for (u32 i = 0; i < p.threads; i++) {
            sum += ((i32 *)out.data)[from + i];
        }
        if (sum != pairs * exact) {
            fail("%s: threads from %u on have %lld, should have %lld", p.name, from, sum, pairs * exact);
        }
    }
    printf("ok %s, each pair adds %lld\n", p.name, exact);
}

static void multiplyAdd() {
    Guarded out(2 * 256 * 4, true, SENTINEL);
    launch("probe_multiply_add", {2, 1, 1}, 256, 0, 1, [&] { probe_multiply_add((f32 *)out.data, 0.9999f, 0.01f, 100); });
    f32 total = 0;
    for (u32 chain = 0; chain < 16; chain++) {
        f32 sum = 0.01f * (f32)chain;
        for (u32 step = 0; step < 100; step++) {
            sum = fmaf(sum, 0.9999f, 0.01f);
        }
        total += sum;
    }
    for (u32 i = 0; i < 512; i++) {
        if (((f32 *)out.data)[i] != total) {
            fail("probe_multiply_add gives %g, not %g", ((f32 *)out.data)[i], total);
        }
    }
    printf("ok probe_multiply_add\n");
}

static void memory() {
    const u32 blocks = 3, piece = 8192;
    Guarded data(blocks * piece * 4, true, SENTINEL), copied(blocks * piece * 4, false, SENTINEL);
    Guarded out(blocks * 256 * 4, true, SENTINEL);
    launch("probe_fill", {blocks * piece / 1024, 1, 1}, 256, 0, 1, [&] { probe_fill((u32 *)data.data); });
    for (u32 i = 0; i < blocks * piece; i++) {
        if (((u32 *)data.data)[i] != i * 2654435761u) {
            fail("probe_fill gives %u as element %u", ((u32 *)data.data)[i], i);
        }
    }
    launch("probe_copy", {blocks, 1, 1}, 256, 0, 1, [&] { probe_copy((u32 *)data.data, (u32 *)copied.data, piece); });
    launch("probe_read", {blocks, 1, 1}, 256, 0, 1, [&] { probe_read((u32 *)copied.data, (u32 *)out.data, piece); });
    u32 sum = 0;
    for (u32 i = 0; i < blocks * 256; i++) {
        sum += ((u32 *)out.data)[i];
    }
    u64 count = blocks * piece;
    if (sum != (u32)(count * (count - 1) / 2 * 2654435761u)) {
        fail("probe_read gives %u", sum);
    }
    printf("ok probe_fill, probe_copy, probe_read\n");
}

int main(int, char **) {
    catchAccesses();
    u64 seed = 1;
    for (const Product &p : PRODUCTS) {
        product(p, seed++);
    }
    multiplyAdd();
    memory();
    return 0;
}
