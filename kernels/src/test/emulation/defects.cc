/* One small kernel, right or with one defect as the argument says: what the emulation must notice. */
#include "cluster.h"
#include "check.h"

static std::string defect;

static bool is(const char *name) {
    return defect == name;
}

/* Adds up neighbours' numbers by way of shared memory: out[i] = in[i] + in[(i + 1) % 64], twice. */
static void neighbours(const f32 *in, f32 *out) {
    u32 shared = shared_base();
    u32 thread = threadIdx.x;
    for (u32 round = 0; round < 2; round++) {
        if (thread < 16) {
            u32 to = shared + (thread + (is("past_shared") ? 1 : 0)) * 16;
            copy_async16(to, in + thread * 4 + (is("misaligned") ? 1 : 0), 16);
            copy_async_commit();
            if (!is("missing_wait")) {
                copy_async_wait<0>();
            }
        }
        if (!is("missing_barrier")) {
            block_barrier();
        }
        u32 other = is("unwritten") ? 64 + thread % 2 : (thread + 1) % 64;
        f32 sum = as_f32(load_shared(shared + thread * 4)) + as_f32(load_shared(shared + other * 4));
        if (!is("reused_too_early")) {
            block_barrier();
        }
        out[is("past_global") ? thread + 1 : is("before_global") ? thread - 1 : thread] = sum;
    }
    if (is("divergent") && thread < 40) {
        shuffle_xor(thread, 1);
    }
}

static const u32 BOX = 128 * 128;

/*
 * One stage that a thread of the first warpgroup fills by copies and the second multiplies, three times over: sums of 64 x 128 products
 * of 64 ones each.
 */
static void staged(const TensorMap *map, f32 *out) {
    u32 left = shared_base();
    u32 right = left + BOX;
    u32 full = right + BOX;
    u32 empty = full + 8;
    u32 thread = threadIdx.x;
    if (thread == 0) {
        counter_init(full, 1);
        counter_init(empty, 4);
        counter_init_fence();
    }
    block_barrier();
    if (thread < 128) {
        for (u32 step = 0; thread == 0 && step < 3; step++) {
            counter_wait(empty, step % 2 ^ 1);
            counter_expect(full, 2 * BOX + (is("wrong_bytes") ? 16 : 0));
            copy_box(left, map, (i32)step * 64, 0, 0, full);
            copy_box(right, map, (i32)step * 64, 0, 0, full);
        }
        return;
    }
    f32 sums[64];
    for (u32 step = 0; step < 3; step++) {
        if (!is("no_full_wait")) {
            counter_wait(full, step % 2);
        }
        if (is("unfenced_store")) {
            if (thread == 130) {
                store_shared(left, 0x3F803F80u);
            }
            named_barrier(1, 128);
        }
        if (!is("no_wgmma_fence")) {
            wgmma_fence();
        }
        for (u32 k = 0; k < 64; k += 16) {
            wgmma_128_bf16<0, 0>(sums, matrix_descriptor(left + k * 2, 16, 1024), matrix_descriptor(right + k * 2, 16, 1024),
                                 step > 0 || k > 0);
        }
        wgmma_commit();
        if (!is("released_early")) {
            wgmma_wait<0>();
        }
        if (thread % 32 == 0) {
            counter_arrive(empty);
        }
    }
    wgmma_wait<0>();
    out[thread - 128] = sums[0] + sums[63];
}

static void runStaged() {
    Guarded ones(128 * 192 * 2, true, 0), out(512, true, SENTINEL);
    for (u32 i = 0; i < 128 * 192; i++) {
        ((u16 *)ones.data)[i] = 0x3F80;
    }
    EmulatedMap emulated = {ones.data, 3, {192, 128, 1, 1}, {384, 384, 0}, {64, 128}};
    TensorMap map = {{(u64)&emulated}};
    launch("staged", {}, 256, 2 * BOX + 16, 7, [&] { staged(&map, (f32 *)out.data); });
    for (u32 i = 0; i < 128; i++) {
        if (((f32 *)out.data)[i] != 384) {
            fail("thread %u has %g", i, ((f32 *)out.data)[i]);
        }
    }
}

/*
 * The same by two blocks, each of which has a left operand of its own and copies half of the right one to both: a stage is
 * empty when the warps of both have said so.
 */
static void paired(const TensorMap *map, const TensorMap *half, f32 *out) {
    u32 left = shared_base();
    u32 right = left + BOX;
    u32 full = right + BOX;
    u32 empty = full + 8;
    u32 thread = threadIdx.x;
    u32 rank = cluster_rank();
    if (thread == 0) {
        counter_init(full, 1);
        counter_init(empty, is("peer_not_counted") ? 4 : 8);
        counter_init_fence();
    }
    if (is("no_cluster_barrier")) {
        block_barrier();
    } else {
        cluster_barrier();
    }
    if (thread < 128) {
        for (u32 step = 0; thread == 0 && step < 3; step++) {
            counter_wait(empty, step % 2 ^ 1);
            counter_expect(full, 2 * BOX);
            copy_box(left, map, (i32)step * 64, 0, 0, full);
            u32 to = is("same_half") ? right : right + rank * (BOX / 2);
            copy_box_to_blocks(to, half, (i32)step * 64, (i32)rank * 64, 0, full, is("third_block") ? 7 : 3);
        }
        if (thread == 0 && !is("ends_early") && !is("ends_late_by_luck")) {
            counter_wait(empty, 0);
        }
        for (u32 i = 0; is("ends_late_by_luck") && thread / 32 == 1 && i < 100; i++) {
            warp_barrier();
        }
        return;
    }
    f32 sums[64];
    for (u32 step = 0; step < 3; step++) {
        counter_wait(full, step % 2);
        wgmma_fence();
        for (u32 k = 0; k < 64; k += 16) {
            wgmma_128_bf16<0, 0>(sums, matrix_descriptor(left + k * 2, 16, 1024), matrix_descriptor(right + k * 2, 16, 1024),
                                 step > 0 || k > 0);
        }
        wgmma_commit();
        wgmma_wait<0>();
        if (thread % 32 == 0) {
            counter_arrive(empty);
            u32 other = cluster_address(empty, rank ^ 1);
            if (is("peer_store")) {
                store_shared(other, 0);
            } else if (!is("peer_not_told") && !is("peer_not_counted")) {
                cluster_counter_arrive(other);
            }
        }
    }
    out[blockIdx.x * 128 + thread - 128] = sums[0] + sums[63];
}

static void runPaired() {
    const u32 BLOCKS = 4;
    Guarded ones(128 * 192 * 2, true, 0), out(BLOCKS * 512, true, SENTINEL);
    for (u32 i = 0; i < 128 * 192; i++) {
        ((u16 *)ones.data)[i] = 0x3F80;
    }
    EmulatedMap emulated = {ones.data, 3, {192, 128, 1, 1}, {384, 384, 0}, {64, 128}};
    EmulatedMap emulatedHalf = emulated;
    emulatedHalf.box[1] = 64;
    TensorMap map = {{(u64)&emulated}};
    TensorMap half = {{(u64)&emulatedHalf}};
    launch("paired", {BLOCKS, 1, 1}, 256, 2 * BOX + 16, 7, [&] { paired(&map, &half, (f32 *)out.data); }, 2);
    for (u32 i = 0; i < BLOCKS * 128; i++) {
        if (((f32 *)out.data)[i] != 384) {
            fail("thread %u has %g", i, ((f32 *)out.data)[i]);
        }
    }
}

int main(int, char **arguments) {
    catchAccesses();
    defect = arguments[1];
    bool atEnd = !is("before_global");
    Guarded in(256, atEnd, 0), out(256, atEnd, 0);
    for (u32 i = 0; i < 64; i++) {
        ((f32 *)in.data)[i] = (f32)i;
    }
    u32 bytes = is("unwritten") ? 264 : 256;
    launch("neighbours", {}, 64, bytes, 7, [&] { neighbours((const f32 *)in.data, (f32 *)out.data); });
    for (u32 i = 0; i < 64; i++) {
        if (((f32 *)out.data)[i] != (f32)(i + (i + 1) % 64)) {
            fail("element %u is %g", i, ((f32 *)out.data)[i]);
        }
    }
    runStaged();
    runPaired();
    printf("ok\n");
    return 0;
}
