/*
 * The stages of gemm_quant_hopper.h in shared memory, and the first warpgroup's copies to them: one thread has bulk tensor copies bring a, 64
 * terms a stage, and sums for minimums; three warps copy blocks by cp.async. Lines of blocks start on even addresses, so the 16-byte
 * chunks that they touch are copied, and read at the bytes where they lie.
 */
#pragma once
#include "block_fragments.h"
#include "transposed_tile.h"

static const u32 LINES_BOXES = 6, LINES_WEIGHTS = 3, LINES_SUMS = 2;
static const u32 LINES_COPYING = 96;

/* A stage of blocks: the chunks that a line's blocks can touch, an odd number of them so that eight lines lie in different banks. */
template <class Format, class T> struct WeightStage {
    static const u32 PARTS = BlockFragments<Format, T>::STAGE_PARTS;
    /* Of a's stages. */
    static const u32 STEPS = PARTS / 2;
    static const u32 LINE = PARTS / Format::PARTS * Format::BYTES;
    /* What divides the address of any block. */
    static const u32 DIVISOR = Format::BYTES & (~Format::BYTES + 1);
    static const u32 ALIGNED = DIVISOR < 16 ? DIVISOR : 16;
    static const u32 CHUNKS = (16 - ALIGNED + LINE + 15) / 16;
    static const u32 PITCH = (CHUNKS | 1) * 16;
    static const u32 BYTES = LINES_N * PITCH;
};

template <class Format, class Left> struct LinesShared {
    typedef WeightStage<Format, typename Left::Product> Weights;
    static const u32 STAGES = LINES_BOXES / Left::COUNT;
    static const u32 STAGE = Left::COUNT * LINES_BOX;
    u32 a, sums, weights, staging, fullA, emptyA, fullS, emptyS, fullW, emptyW;

    __device__ __forceinline__ void place() {
        a = (shared_base() + 1023) & ~1023u;
        sums = a + STAGES * STAGE;
        weights = sums + (Format::MINIMUM ? LINES_SUMS * LINES_BOX : 0);
        staging = weights + LINES_WEIGHTS * Weights::BYTES;
        fullA = staging + 2 * LINES_STAGING;
        emptyA = fullA + STAGES * 8;
        fullS = emptyA + STAGES * 8;
        emptyS = fullS + LINES_SUMS * 8;
        fullW = emptyS + LINES_SUMS * 8;
        emptyW = fullW + LINES_WEIGHTS * 8;
    }
    __device__ __forceinline__ void count() {
        for (u32 i = 0; i < STAGES; i++) {
            counter_init(fullA + i * 8, 1);
            counter_init(emptyA + i * 8, 8);
        }
        for (u32 i = 0; i < LINES_SUMS; i++) {
            counter_init(fullS + i * 8, 1);
            counter_init(emptyS + i * 8, 8);
        }
        for (u32 i = 0; i < LINES_WEIGHTS; i++) {
            counter_init(fullW + i * 8, LINES_COPYING);
            counter_init(emptyW + i * 8, 8);
        }
        counter_init_fence();
    }
};

/* Of a column; columns past n repeat the last one and are dropped at the end. */
template <class Format>
TN_FUNCTION const u8 *column_blocks(const LinesOperands &o, const GemmShape &s, const LinesTile &t, i64 column) {
    i64 own = t.fromN + column < s.n ? t.fromN + column : s.n - 1;
    return o.weight + (s.b + t.batch * s.bBatch + own * s.bStride) * (i64)Format::BYTES;
}

/* The one thread that brings a and its sums. */
template <class Format, class Left>
TN_FUNCTION void bring_lines(const LinesShared<Format, Left> &shared, const LinesOperands &o, const GemmShape &s) {
    typedef LinesShared<Format, Left> Shared;
    const u32 STEPS = 2 * Shared::Weights::STEPS;
    RingTurn<Shared::STAGES> turn;
    RingTurn<LINES_SUMS> sumsTurn;
    i64 steps = (s.k + 63) / 64;
    for (i64 tile = blockIdx.x; tile < o.tiles; tile += gridDim.x) {
        LinesTile t = lines_tile(s, tile);
#pragma unroll 1
        for (i64 step = 0; step < steps; step++) {
            /* A box has the sums of two of the weight's stages. */
            if (Format::MINIMUM && step % STEPS == 0) {
                u32 full = shared.fullS + sumsTurn.stage * 8;
                counter_wait(shared.emptyS + sumsTurn.stage * 8, sumsTurn.parity ^ 1);
                counter_expect(full, LINES_BOX);
                copy_box(shared.sums + sumsTurn.stage * LINES_BOX, o.other, (i32)(step / STEPS * 64), (i32)t.fromM,
                         (i32)t.batch, full);
                sumsTurn.next();
            }
            u32 full = shared.fullA + turn.stage * 8;
            counter_wait(shared.emptyA + turn.stage * 8, turn.parity ^ 1);
            counter_expect(full, Shared::STAGE);
#pragma unroll
            for (u32 i = 0; i < Left::COUNT; i++) {
                copy_box(shared.a + turn.stage * Shared::STAGE + i * LINES_BOX, o.a, (i32)(step * 64), (i32)t.fromM,
                         (i32)(t.batch * Left::COUNT + i), full);
            }
            turn.next();
        }
    }
}

/*
 * A stage's blocks, by three warps. left: bytes of a line from the stage on, all that is copied if WHOLE; last: the last column that
 * there is, which those past n repeat. A line, and a tile's lines, lie within 2^31 bytes.
 */
template <class Stage, bool WHOLE>
TN_FUNCTION void copy_blocks(u32 to, const u8 *first, u32 stride, u32 last, i32 left, const u8 *any) {
    u32 thread = threadIdx.x - 32;
    u32 line = thread / Stage::CHUNKS;
    u32 chunk = thread % Stage::CHUNKS;
#pragma unroll 1
    for (u32 i = thread; i < LINES_N * Stage::CHUNKS; i += LINES_COPYING) {
        const u8 *from = first + (u64)(line < last ? line : last) * stride;
        u32 ahead = (u32)(u64)from & 15;
        u32 place = to + line * Stage::PITCH + chunk * 16;
        from = from - ahead + chunk * 16;
        if (WHOLE) {
            copy_async16(place, from, 16);
        } else {
            /* What is past the line's end becomes zeros. */
            i32 rest = left + (i32)ahead - (i32)(chunk * 16);
            u32 bytes = (u32)(rest < 0 ? 0 : rest > 16 ? 16 : rest);
            copy_async16(place, bytes == 0 ? any : from, bytes);
        }
        line += LINES_COPYING / Stage::CHUNKS;
        chunk += LINES_COPYING % Stage::CHUNKS;
        if (chunk >= Stage::CHUNKS) {
            chunk -= Stage::CHUNKS;
            line++;
        }
    }
}

/* One stage is on its way while the next is asked for. */
template <class Format, class Left>
TN_FUNCTION void bring_blocks(const LinesShared<Format, Left> &shared, const LinesOperands &o, const GemmShape &s) {
    typedef typename LinesShared<Format, Left>::Weights Stage;
    RingTurn<LINES_WEIGHTS> turn;
    u32 before = LINES_WEIGHTS;
    u32 line = (u32)(s.k / 32) / Format::PARTS * Format::BYTES;
    for (i64 tile = blockIdx.x; tile < o.tiles; tile += gridDim.x) {
        LinesTile t = lines_tile(s, tile);
        const u8 *first = column_blocks<Format>(o, s, t, 0);
        u32 last = (u32)(s.n - t.fromN < LINES_N ? s.n - t.fromN - 1 : LINES_N - 1);
#pragma unroll 1
        for (u32 from = 0; from < line; from += Stage::LINE) {
            counter_wait(shared.emptyW + turn.stage * 8, turn.parity ^ 1);
            u32 to = shared.weights + turn.stage * Stage::BYTES;
            u32 stride = (u32)s.bStride * Format::BYTES;
            if (from + Stage::CHUNKS * 16 <= line) {
                copy_blocks<Stage, true>(to, first + from, stride, last, 0, o.weight);
            } else {
                copy_blocks<Stage, false>(to, first + from, stride, last, (i32)(line - from), o.weight);
            }
            copy_async_commit();
            copy_async_wait<1>();
            if (before < LINES_WEIGHTS) {
                counter_arrive(shared.fullW + before * 8);
            }
            before = turn.stage;
            turn.next();
        }
    }
    copy_async_wait<0>();
    if (before < LINES_WEIGHTS) {
        counter_arrive(shared.fullW + before * 8);
    }
}
