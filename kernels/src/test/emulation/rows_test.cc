/* One to eight rows by weights of every floating-point type. */
#include "gemm_cases.h"
#include "rows_dense.cu"

typedef void (*Kernel)(const void *, const void *, const void *, const void *, void *, GemmShape, f32);

#define KERNELS(name) {name##_1, name##_2, name##_4, name##_8}
static const Kernel ALL[][4] = {KERNELS(rows_f32), KERNELS(rows_f16), KERNELS(rows_bf16)};

static void run(Type aType, Type bType, u32 rows, const GemmCase &c, u64 seed) {
    Comparison comparison = {std::string("rows_") + nameOf(bType) + "_" + std::to_string(rows) + " for " + nameOf(aType)
                             + ", " + std::to_string(c.m) + " x " + std::to_string(c.n) + " x " + std::to_string(c.k)};
    bool atEnd = seed % 2 == 0;
    Generator generator(seed);
    i64 gap = (8 - c.k % 8) % 8;
    Matrix a(aType, c.batch, c.m, c.k, gap, c.offset, atEnd);
    Matrix b(bType, c.batch, c.n, c.k, gap, c.offset, atEnd);
    a.batchStride = a.lines * a.stride;
    b.batchStride = b.lines * b.stride;
    a.fillRandom(generator, c.batch);
    b.fillRandom(generator, c.batch);
    GemmOutputs outputs(c, atEnd);
    outputs.bias.fillRandom(generator, 1);
    outputs.residual.fillRandom(generator, c.batch);
    GemmShape s = {};
    s.a = a.base;
    s.aStride = a.stride;
    s.aBatch = a.batchStride;
    s.aType = (i64)aType;
    s.b = b.base;
    s.bStride = b.stride;
    s.bBatch = b.batchStride;
    outputs.describe(c, s);
    u32 variant = rows == 1 ? 0 : rows == 2 ? 1 : rows == 4 ? 2 : 3;
    launch(comparison.name.c_str(), {(u32)((c.n + 3) / 4), (u32)c.batch, 1}, 128, rows * 4096, seed, [&] {
        ALL[(u32)bType - 1][variant](a.memory.data, b.memory.data, outputs.bias.memory.data, outputs.residual.memory.data,
                                     outputs.out.memory.data, s, c.scale);
    });
    for (i64 batch = 0; batch < c.batch; batch++) {
        for (i64 i = 0; i < c.m; i++) {
            for (i64 j = 0; j < c.n; j++) {
                f64 sum = 0;
                f64 magnitude = 0;
                for (i64 k = 0; k < c.k; k++) {
                    f64 term = a.at(batch, i, k) * b.at(batch, j, k);
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
    for (Type b : {Type::F32, Type::F16, Type::BF16}) {
        for (Type a : {Type::F32, Type::F16, Type::BF16}) {
            for (u32 rows : {1, 2, 4, 8}) {
                GemmCase few = {rows == 8 ? 7 : rows, 10, seed % 2 == 0 ? 2053 : 1000};
                few.out = a;
                few.hasBias = few.hasResidual = seed % 3 == 0;
                few.activation = (i32)(seed % 8);
                few.scale = 0.5f;
                run(a, b, rows, few, seed++);
            }
        }
        GemmCase batch = {3, 5, 13, 4};
        batch.out = Type::F32;
        run(Type::F16, b, 4, batch, seed++);
    }
    return 0;
}
