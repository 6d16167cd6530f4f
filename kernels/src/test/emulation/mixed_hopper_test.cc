/* F32 by 16-bit weights on Hopper: both types, lines along either axis, edges, a batch, infinities, terms of one sign. */
#include "gemm_cases.h"
#include "gemm_mixed_hopper.cu"
#include "left_planes.cu"

typedef void (*Kernel)(TensorMap, TensorMap, const void *, const u8 *, const void *, const void *, void *, GemmShape, f32, i64);

struct Variant {
    const char *name;
    Kernel run;
    Type type;
    bool across;
};

static const Variant ALL[] = {
    {"bf16_k", gemm_mixed_hopper_bf16_k, Type::BF16, false},
    {"bf16_n", gemm_mixed_hopper_bf16_n, Type::BF16, true},
    {"f16_k", gemm_mixed_hopper_f16_k, Type::F16, false},
    {"f16_n", gemm_mixed_hopper_f16_n, Type::F16, true},
};

static EmulatedMap mapOf(const Matrix &m, i64 length, i64 batch, u32 lines) {
    return {m.memory.data + m.base * 2,
            3,
            {(u64)length, (u64)m.lines, (u64)batch, 1},
            {(u64)m.stride * 2, (u64)m.batchStride * 2, 0},
            {64, lines}};
}

static void run(const Variant &v, const GemmCase &c, u32 blocks, u64 seed) {
    Comparison comparison = {std::string("f32 by ") + v.name + ", " + std::to_string(c.batch) + " of " + std::to_string(c.m)
                             + " x " + std::to_string(c.n) + " x " + std::to_string(c.k)};
    bool atEnd = seed % 2 == 0;
    Generator generator(seed);
    i64 lines = v.across ? c.k : c.n;
    i64 length = v.across ? c.n : c.k;
    Matrix a(Type::F32, c.batch, c.m, c.k, (4 - c.k % 4) % 4 + c.gap, c.offset, atEnd);
    Matrix b(v.type, c.batch, lines, length, (8 - length % 8) % 8 + c.gap, c.offset, atEnd);
    b.batchStride = b.lines * b.stride;
    a.batchStride = a.lines * a.stride;
    a.fillRandom(generator, c.batch);
    b.fillRandom(generator, c.batch);
    if (c.positive) {
        a.makePositive(c.batch);
        b.makePositive(c.batch);
    }
    if (c.hasInfinity) {
        a.set(0, 0, 0, (f32)INFINITY);
        a.set(0, 1, c.k - 1, -(f32)INFINITY);
        a.set(0, 2, 3, (f32)NAN);
        b.set(0, v.across ? c.k - 2 : 4, v.across ? 4 : c.k - 2, (f32)INFINITY);
    }
    GemmOutputs outputs(c, atEnd);
    outputs.bias.fillRandom(generator, 1);
    outputs.residual.fillRandom(generator, c.batch);
    GemmShape s = {};
    s.a = a.base;
    s.aStride = a.stride;
    s.aBatch = a.batchStride;
    s.aType = (i64)Type::F32;
    s.b = b.base;
    s.bStride = b.stride;
    s.bBatch = b.batchStride;
    outputs.describe(c, s);
    i64 pitch = (c.k + 7) / 8 * 8;
    Matrix planes(Type::BF16, 3 * c.batch, c.m, pitch, 0, 0, atEnd);
    launch(comparison.name.c_str(), {(u32)((c.m * ((c.k + 31) / 32) + 31) / 32), (u32)c.batch, 1}, 256, 0, seed, [&] {
        left_planes(a.memory.data, (u16 *)planes.memory.data, nullptr, s, 0);
    });
    EmulatedMap emulatedA = mapOf(planes, c.k, 3 * c.batch, 128);
    EmulatedMap emulatedB = mapOf(b, length, c.batch, v.across ? 64 : 128);
    TensorMap mapA = {{(u64)&emulatedA}};
    TensorMap mapB = {{(u64)&emulatedB}};
    i64 tiles = (c.m + 127) / 128 * ((c.n + 127) / 128) * c.batch;
    launch(comparison.name.c_str(), {blocks, 1, 1}, 384, 3 * 4 * 16384 + 2 * 8192 + 2 * 3 * 8 + 1024, seed, [&] {
        v.run(mapA, mapB, a.memory.data, b.memory.data, outputs.bias.memory.data, outputs.residual.memory.data,
              outputs.out.memory.data, s, c.scale, tiles);
    });
    for (i64 batch = 0; batch < c.batch; batch++) {
        for (i64 i = 0; i < c.m; i++) {
            for (i64 j = 0; j < c.n; j++) {
                f64 sum = 0;
                f64 magnitude = 0;
                for (i64 k = 0; k < c.k; k++) {
                    f64 term = a.at(batch, i, k) * (v.across ? b.at(batch, k, j) : b.at(batch, j, k));
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
    u64 seed = 3;
    for (const Variant &v : ALL) {
        GemmCase plain = {141, 197, 205};
        plain.out = Type::F32;
        plain.hasBias = true;
        run(v, plain, 3, seed++);
        GemmCase infinite = {5, 7, 67};
        infinite.out = Type::F32;
        infinite.hasInfinity = true;
        run(v, infinite, 1, seed++);
        GemmCase positive = {6, 70, 1024};
        positive.out = Type::F32;
        positive.positive = true;
        run(v, positive, 1, seed++);
    }
    GemmCase small = {1, 3, 1};
    small.out = Type::F32;
    run(ALL[0], small, 1, seed++);
    GemmCase batch = {40, 130, 72, 3};
    batch.hasBias = batch.hasResidual = true;
    batch.activation = 5;
    batch.scale = 0.5f;
    run(ALL[1], batch, 4, seed++);
    run(ALL[2], batch, 2, seed++);
    return 0;
}
