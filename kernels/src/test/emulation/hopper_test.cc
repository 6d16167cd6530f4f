/* The wgmma kernels: every layout and tile, blocks with several tiles and with none of the last, a batch, edges on every side. */
#include "gemm_cases.h"
#include "gemm_hopper_bf16.cu"
#include "gemm_hopper_f16.cu"

typedef void (*Kernel)(TensorMap, TensorMap, const void *, const void *, void *, GemmShape, f32, i64);

struct Variant {
    const char *name;
    Kernel run;
    Type type;
    bool alongM, alongN;
    u32 columns, stages;
};

#define VARIANTS(name, type)                                                                                           \
    {#name "_kk_256", name##_kk_256, type, false, false, 256, 4}, {#name "_kn_256", name##_kn_256, type, false, true, 256, 4}, \
        {#name "_mn_256", name##_mn_256, type, true, true, 256, 4},                                                    \
        {#name "_kk_128", name##_kk_128, type, false, false, 128, 6},                                                  \
        {#name "_kn_128", name##_kn_128, type, false, true, 128, 6},                                                   \
        {#name "_mn_128", name##_mn_128, type, true, true, 128, 6},

static const Variant ALL[] = {VARIANTS(gemm_hopper_bf16, Type::BF16) VARIANTS(gemm_hopper_f16, Type::F16)};

static EmulatedMap mapOf(const Matrix &m, i64 batch, bool across, u32 lines) {
    EmulatedMap map = {m.memory.data + m.base * 2,
                       3,
                       {(u64)m.length, (u64)m.lines, (u64)batch, 1},
                       {(u64)m.stride * 2, (u64)m.batchStride * 2, 0},
                       {64, across ? 64 : lines}};
    return map;
}

static void run(const Variant &v, const GemmCase &c, u32 blocks, u64 seed) {
    Comparison comparison = {std::string(v.name) + " " + std::to_string(c.batch) + " of " + std::to_string(c.m) + " x "
                             + std::to_string(c.n) + " x " + std::to_string(c.k) + " by " + std::to_string(blocks)};
    bool atEnd = seed % 2 == 0;
    Generator generator(seed);
    i64 aLength = v.alongM ? c.m : c.k;
    i64 bLength = v.alongN ? c.n : c.k;
    Matrix a(v.type, c.batch, v.alongM ? c.k : c.m, aLength, (8 - aLength % 8) % 8 + c.gap, c.offset, atEnd);
    Matrix b(v.type, c.batch, v.alongN ? c.k : c.n, bLength, (8 - bLength % 8) % 8 + c.gap, c.offset, atEnd);
    a.batchStride = a.lines * a.stride;
    b.batchStride = b.lines * b.stride;
    a.fillRandom(generator, c.batch);
    b.fillRandom(generator, c.batch);
    GemmOutputs outputs(c, atEnd);
    outputs.bias.fillRandom(generator, 1);
    outputs.residual.fillRandom(generator, c.batch);
    GemmShape s = {};
    outputs.describe(c, s);
    EmulatedMap emulatedA = mapOf(a, c.batch, v.alongM, 128);
    EmulatedMap emulatedB = mapOf(b, c.batch, v.alongN, v.columns);
    TensorMap mapA = {{(u64)&emulatedA}};
    TensorMap mapB = {{(u64)&emulatedB}};
    i64 tiles = (c.m + 127) / 128 * ((c.n + v.columns - 1) / v.columns) * c.batch;
    u32 shared = v.stages * (128 + v.columns) * 128 + 8 * 2048 + 2 * v.stages * 8 + 1024;
    launch(comparison.name.c_str(), {blocks, 1, 1}, 384, shared, seed, [&] {
        v.run(mapA, mapB, outputs.bias.memory.data, outputs.residual.memory.data, outputs.out.memory.data, s, c.scale, tiles);
    });
    for (i64 batch = 0; batch < c.batch; batch++) {
        for (i64 i = 0; i < c.m; i++) {
            for (i64 j = 0; j < c.n; j++) {
                f64 sum = 0;
                f64 magnitude = 0;
                for (i64 k = 0; k < c.k; k++) {
                    f64 term = (v.alongM ? a.at(batch, k, i) : a.at(batch, i, k))
                               * (v.alongN ? b.at(batch, k, j) : b.at(batch, j, k));
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
    u64 seed = 1;
    for (const Variant &v : ALL) {
        GemmCase plain = {141, v.columns + 29, 141};
        plain.out = v.type;
        run(v, plain, 3, seed++);
    }
    GemmCase small = {1, 3, 1};
    small.out = Type::F32;
    small.hasBias = true;
    small.activation = 5;
    run(ALL[0], small, 1, seed++);
    GemmCase batch = {40, 130, 330, 3};
    batch.out = Type::F32;
    batch.hasBias = batch.hasResidual = true;
    batch.activation = 3;
    batch.scale = 0.5f;
    run(ALL[4], batch, 4, seed++);
    return 0;
}
