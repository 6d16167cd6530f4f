/* Products with quantized weights: tiles, for a of every type, and one to eight rows. */
#include "gemm_cases.h"
#include "gemm_quant_bf16.cu"
#include "gemm_quant_f16.cu"
#include "gemm_quant_f32.cu"
#include "rows_quant.cu"
#include "quantized.h"

typedef void (*TileKernel)(const void *, const u8 *, const void *, const void *, void *, GemmShape, f32);
typedef void (*RowsKernel)(const void *, const void *, const void *, const void *, void *, GemmShape, f32);

#define FOR_TYPES(prefix, suffix)                                                                                      \
    {                                                                                                                  \
        prefix##q8_0##suffix, prefix##q4_0##suffix, prefix##q4_1##suffix, prefix##q5_0##suffix, prefix##q5_1##suffix,  \
            prefix##q4_k##suffix, prefix##q5_k##suffix, prefix##q6_k##suffix                                           \
    }
static const TileKernel TILES[][8] = {FOR_TYPES(gemm_f32_, ), FOR_TYPES(gemm_f16_, ), FOR_TYPES(gemm_bf16_, )};
static const RowsKernel ROWS[][8] = {FOR_TYPES(rows_, _1), FOR_TYPES(rows_, _2), FOR_TYPES(rows_, _4),
                                     FOR_TYPES(rows_, _8)};

/* rows: the variant for few rows, or 0 for tiles. */
static void run(u32 weight, Type aType, u32 rows, const GemmCase &c, u64 seed) {
    const BlockType &block = BLOCK_TYPES[weight];
    Comparison comparison = {std::string(rows == 0 ? "gemm_" : "rows_") + nameOf(aType) + " by " + block.name + ", "
                             + std::to_string(c.m) + " x " + std::to_string(c.n) + " x " + std::to_string(c.k)};
    bool atEnd = seed % 2 == 0;
    Generator generator(seed);
    Matrix a(aType, 1, c.m, c.k, c.gap, c.offset, atEnd);
    a.fillRandom(generator, 1);
    if (c.hasInfinity) {
        a.set(0, 0, 0, (f32)INFINITY);
        a.set(0, 1, c.k - 1, -(f32)INFINITY);
        a.set(0, 2, 3, (f32)NAN);
    }
    BlockMatrix b(block, c.n, c.k, 1, atEnd, generator);
    GemmOutputs outputs(c, atEnd);
    outputs.bias.fillRandom(generator, 1);
    outputs.residual.fillRandom(generator, 1);
    GemmShape s = {};
    s.a = a.base;
    s.aStride = a.stride;
    s.aType = (i64)aType;
    s.bStride = b.stride;
    outputs.describe(c, s);
    if (rows == 0) {
        u32 left = 128 * (aType == Type::F32 ? 128 : 64);
        u32 shared = std::max<u32>(3 * left + 2 * 64 * 64 + 2 * 64 * 8, 128 * 64 * 4);
        u32 tiles = (u32)((c.m + 127) / 128 * ((c.n + 63) / 64));
        launch(comparison.name.c_str(), {tiles, 1, 1}, 256, shared, seed, [&] {
            TILES[(u32)aType - 1][weight](a.memory.data, b.memory.data, outputs.bias.memory.data,
                                          outputs.residual.memory.data, outputs.out.memory.data, s, c.scale);
        });
    } else {
        u32 variant = rows == 1 ? 0 : rows == 2 ? 1 : rows == 4 ? 2 : 3;
        launch(comparison.name.c_str(), {(u32)((c.n + 3) / 4), 1, 1}, 128, rows * 4096, seed, [&] {
            ROWS[variant][weight](a.memory.data, b.memory.data, outputs.bias.memory.data, outputs.residual.memory.data,
                                  outputs.out.memory.data, s, c.scale);
        });
    }
    for (i64 i = 0; i < c.m; i++) {
        for (i64 j = 0; j < c.n; j++) {
            f64 sum = 0;
            f64 magnitude = 0;
            for (i64 k = 0; k < c.k; k++) {
                f64 term = a.at(0, i, k) * b.at(j, k);
                sum += term;
                magnitude += std::fabs(term);
            }
            outputs.expect(c, comparison, 0, i, j, sum, magnitude, sumTolerance((f64)c.k));
        }
    }
    outputs.out.checkRoom(comparison.name, 1);
    comparison.done();
}

int main(int, char **) {
    catchAccesses();
    u64 seed = 5;
    for (u32 weight = 0; weight < 8; weight++) {
        for (Type a : {Type::F32, Type::F16, Type::BF16}) {
            GemmCase tile = {141, 69, BLOCK_TYPES[weight].elements * (BLOCK_TYPES[weight].elements == 32 ? 5 : 2)};
            tile.out = Type::F32;
            tile.hasBias = true;
            tile.hasResidual = seed % 2 == 0;
            run(weight, a, 0, tile, seed++);
        }
        GemmCase infinite = {5, 70, BLOCK_TYPES[weight].elements};
        infinite.out = Type::F32;
        infinite.hasInfinity = true;
        for (Type a : {Type::F32, Type::BF16}) {
            infinite.m = 5;
            run(weight, a, 0, infinite, seed++);
            infinite.m = 4;
            run(weight, a, 4, infinite, seed++);
        }
        for (u32 rows : {1, 2, 4, 8}) {
            Type a = seed % 3 == 0 ? Type::F32 : seed % 3 == 1 ? Type::F16 : Type::BF16;
            GemmCase few = {rows == 8 ? 5 : rows, 7, 1536};
            few.out = Type::F32;
            few.hasBias = true;
            few.activation = (i32)(seed % 8);
            run(weight, a, rows, few, seed++);
        }
    }
    return 0;
}
