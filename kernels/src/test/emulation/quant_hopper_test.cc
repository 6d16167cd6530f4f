/*
 * Products with quantized weights on Hopper: every type of weight by every type of a, blocks with several tiles and with none of the
 * last, parts that leave a stage unfilled, a batch with a weight of its own and one that shares it, edges, infinities.
 */
#include "gemm_cases.h"
#include "gemm_quant_hopper_bf16.cu"
#include "gemm_quant_hopper_f16.cu"
#include "gemm_quant_hopper_f32.cu"
#include "left_planes.cu"
#include "quantized.h"

typedef void (*Kernel)(TensorMap, TensorMap, const void *, const u8 *, const void *, const void *, void *, GemmShape, f32, i64);

#define FOR_TYPES(prefix)                                                                                              \
    {                                                                                                                  \
        prefix##q8_0, prefix##q4_0, prefix##q4_1, prefix##q5_0, prefix##q5_1, prefix##q4_k, prefix##q5_k, prefix##q6_k \
    }
static const Kernel KERNELS[][8] = {FOR_TYPES(gemm_quant_hopper_f32_), FOR_TYPES(gemm_quant_hopper_f16_),
                                    FOR_TYPES(gemm_quant_hopper_bf16_)};
static const u32 STAGE_BYTES[] = {11 * 16, 7 * 16, 7 * 16, 7 * 16, 7 * 16, 9 * 16, 11 * 16, 15 * 16};

static EmulatedMap mapOf(const u8 *base, i64 length, i64 lines, i64 batch, i64 stride, i64 batchStride) {
    return {base, 3, {(u64)length, (u64)lines, (u64)batch, 1}, {(u64)stride * 2, (u64)batchStride * 2, 0}, {64, 128}};
}

/* blocks: that share the tiles; shared: whether a batch has one weight; gap: blocks between the weight's lines. */
static void run(u32 weight, Type aType, const GemmCase &c, u32 blocks, bool shared, i64 gap, u64 seed) {
    const BlockType &block = BLOCK_TYPES[weight];
    Comparison comparison = {std::string(nameOf(aType)) + " by " + block.name + ", " + std::to_string(c.batch) + " of "
                             + std::to_string(c.m) + " x " + std::to_string(c.n) + " x " + std::to_string(c.k)};
    bool atEnd = seed % 2 == 0;
    Generator generator(seed);
    Matrix a(aType, c.batch, c.m, c.k, c.gap, c.offset, atEnd);
    a.fillRandom(generator, c.batch);
    if (c.hasInfinity) {
        a.set(0, 0, 0, (f32)INFINITY);
        a.set(0, 1, c.k - 1, -(f32)INFINITY);
        a.set(0, 2, 3, (f32)NAN);
    }
    BlockMatrix b(block, shared ? c.n : c.n * c.batch, c.k, gap, atEnd, generator);
    if (c.positive) {
        a.makePositive(c.batch);
        b.makePositive();
    }
    GemmOutputs outputs(c, atEnd);
    outputs.bias.fillRandom(generator, 1);
    outputs.residual.fillRandom(generator, c.batch);
    GemmShape s = {};
    s.a = a.base;
    s.aStride = a.stride;
    s.aBatch = a.batchStride;
    s.aType = (i64)aType;
    s.bStride = b.stride;
    s.bBatch = shared ? 0 : c.n * b.stride;
    outputs.describe(c, s);
    bool hasMinimum = block.second >= 0;
    bool isWide = aType == Type::F32;
    i64 parts = hasMinimum ? (block.elements == 32 ? 4 : 8) : 0;
    i64 slots = hasMinimum ? (c.k / 32 + parts - 1) / parts * 32 : 0;
    Matrix planes(Type::BF16, 3 * c.batch, isWide ? c.m : 1, c.k, 0, 0, atEnd);
    Matrix sums(Type::BF16, c.batch, c.m, std::max<i64>(slots, 8), 0, 0, atEnd);
    if (isWide || hasMinimum) {
        i64 each = hasMinimum ? slots / 32 * parts : c.k / 32;
        launch(comparison.name.c_str(), {(u32)((c.m * each + 31) / 32), (u32)c.batch, 1}, 256, 0, seed, [&] {
            left_planes(a.memory.data, (u16 *)planes.memory.data, (u16 *)sums.memory.data, s, parts);
        });
    }
    EmulatedMap emulatedA = isWide ? mapOf(planes.memory.data, c.k, c.m, 3 * c.batch, c.k, c.m * c.k)
                                   : mapOf(a.memory.data + 2 * a.base, c.k, c.m, c.batch, a.stride, a.batchStride);
    EmulatedMap emulatedS = mapOf(sums.memory.data, slots, c.m, c.batch, slots, c.m * slots);
    TensorMap mapA = {{(u64)&emulatedA}};
    TensorMap mapS = {{(u64)&emulatedS}};
    i64 tiles = (c.m + 127) / 128 * ((c.n + 127) / 128) * c.batch;
    u32 bytes = 6 * 16384 + (hasMinimum ? 2 * 16384 : 0) + 3 * 128 * STAGE_BYTES[weight] + 2 * 8192
                + 2 * 8 * ((isWide ? 2 : 6) + 2 + 3) + 1024;
    launch(comparison.name.c_str(), {blocks, 1, 1}, 384, bytes, seed, [&] {
        KERNELS[(u32)aType - 1][weight](mapA, mapS, a.memory.data, b.memory.data, outputs.bias.memory.data,
                                        outputs.residual.memory.data, outputs.out.memory.data, s, c.scale, tiles);
    });
    for (i64 batch = 0; batch < c.batch; batch++) {
        for (i64 i = 0; i < c.m; i++) {
            for (i64 j = 0; j < c.n; j++) {
                f64 sum = 0;
                f64 magnitude = 0;
                for (i64 k = 0; k < c.k; k++) {
                    f64 term = a.at(batch, i, k) * b.at((shared ? 0 : batch * c.n) + j, k);
                    sum += term;
                    magnitude += std::fabs(term);
                }
                outputs.expect(c, comparison, batch, i, j, sum, magnitude, sumTolerance((f64)c.k));
            }
        }
    }
    outputs.out.checkRoom(comparison.name, c.batch);
    comparison.done();
}

int main(int, char **) {
    catchAccesses();
    u64 seed = 5;
    for (u32 weight = 0; weight < 8; weight++) {
        i64 elements = BLOCK_TYPES[weight].elements;
        for (Type a : {Type::F32, Type::F16, Type::BF16}) {
            /* Two tiles a block: the second block's second is not there. */
            GemmCase tile = {141, 197, elements * (elements == 32 ? 7 : 3)};
            tile.out = Type::F32;
            tile.hasBias = true;
            tile.hasResidual = seed % 2 == 0;
            run(weight, a, tile, 3, true, seed % 3, seed);
            seed++;
        }
        GemmCase infinite = {5, 70, elements};
        infinite.hasInfinity = true;
        infinite.out = Type::F32;
        run(weight, Type::F32, infinite, 1, true, 0, seed++);
        run(weight, Type::BF16, infinite, 2, true, 1, seed++);
    }
    GemmCase batch = {70, 130, 512, 3};
    batch.hasBias = batch.hasResidual = true;
    batch.activation = 3;
    batch.scale = 0.5f;
    run(0, Type::F16, batch, 4, false, 1, seed++);
    run(5, Type::F32, batch, 2, true, 0, seed++);
    run(2, Type::BF16, batch, 5, false, 0, seed++);
    /* Terms of one sign, whose roundings all go one way. */
    GemmCase positive = {9, 40, 2048};
    positive.out = Type::F32;
    positive.positive = true;
    run(2, Type::F32, positive, 1, true, 0, seed++);
    run(4, Type::BF16, positive, 1, true, 0, seed++);
    return 0;
}
