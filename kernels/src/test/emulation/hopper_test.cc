/* The wgmma kernels: every type, layout and tile, blocks with several tiles and with none of the last, a batch, edges on every side. */
#include "gemm_cases.h"
#include "gemm_hopper_bf16.cu"
#include "gemm_hopper_f16.cu"
#include "gemm_hopper_tf32.cu"
#include "gemm_hopper_pair_bf16.cu"
#include "gemm_hopper_pair_f16.cu"
#include "gemm_hopper_pair_tf32.cu"

typedef void (*Kernel)(TensorMap, TensorMap, const void *, const void *, void *, GemmShape, f32, i64);

struct Variant {
    const char *name;
    Kernel run;
    Type type;
    bool alongM, alongN;
    u32 columns, stages;
    /* Of a cluster. */
    u32 blocks;
};

#define KK(name, type, blocks)                                                                                         \
    {#name "_kk_256", name##_kk_256, type, false, false, 256, 4, blocks},                                              \
        {#name "_kk_128", name##_kk_128, type, false, false, 128, 6, blocks},
#define VARIANTS(name, type, blocks)                                                                                   \
    KK(name, type, blocks)                                                                                             \
    {#name "_kn_256", name##_kn_256, type, false, true, 256, 4, blocks},                                               \
        {#name "_kn_128", name##_kn_128, type, false, true, 128, 6, blocks},                                           \
        {#name "_mn_256", name##_mn_256, type, true, true, 256, 4, blocks},                                            \
        {#name "_mn_128", name##_mn_128, type, true, true, 128, 6, blocks},

static const Variant ALL[] = {
    VARIANTS(gemm_hopper_bf16, Type::BF16, 1) VARIANTS(gemm_hopper_f16, Type::F16, 1) KK(gemm_hopper_tf32, Type::F32, 1)
        VARIANTS(gemm_hopper_pair_bf16, Type::BF16, 2) VARIANTS(gemm_hopper_pair_f16, Type::F16, 2)
            KK(gemm_hopper_pair_tf32, Type::F32, 2)};

static const Variant &named(const std::string &name) {
    for (const Variant &v : ALL) {
        if (name == v.name) {
            return v;
        }
    }
    fail("there is no %s", name.c_str());
}

static EmulatedMap mapOf(const Matrix &m, i64 batch, bool across, u32 lines, bool rounds) {
    u32 bytes = bytesOf(m.type);
    EmulatedMap map = {m.memory.data + m.base * bytes,
                       3,
                       {(u64)m.length, (u64)m.lines, (u64)batch, 1},
                       {(u64)m.stride * bytes, (u64)m.batchStride * bytes, 0},
                       {128 / bytes, across ? 64 : lines},
                       bytes,
                       rounds};
    return map;
}

/* Cutting an operand to eleven bits is off by 2^-10 of it at most, rounding it to nearest by half of that. */
static const f64 CUT_TOLERANCE = 2 * 0x1p-10 + 0x1p-20;

/* What the tensor core multiplies, where the copy has rounded or not. */
static f64 asTf32(f64 value, bool rounds) {
    if (value == 0 || !std::isfinite(value)) {
        return value;
    }
    i32 exponent = std::ilogb(value) - 10;
    f64 units = std::ldexp(value, -exponent);
    return std::ldexp(rounds ? std::nearbyint(units) : std::trunc(units), exponent);
}

static void run(const Variant &v, const GemmCase &c, u32 clusters, u64 seed) {
    Comparison comparison = {std::string(v.name) + " " + std::to_string(c.batch) + " of " + std::to_string(c.m) + " x "
                             + std::to_string(c.n) + " x " + std::to_string(c.k) + " by " + std::to_string(clusters * v.blocks)};
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
    bool isCut = v.type == Type::F32;
    bool rounds = isCut && seed / 2 % 2 == 0;
    EmulatedMap emulatedA = mapOf(a, c.batch, v.alongM, 128, rounds);
    EmulatedMap emulatedB = mapOf(b, c.batch, v.alongN, v.columns / v.blocks, rounds);
    TensorMap mapA = {{(u64)&emulatedA}};
    TensorMap mapB = {{(u64)&emulatedB}};
    i64 down = (c.m + 128 * v.blocks - 1) / (128 * v.blocks);
    i64 tiles = down * ((c.n + v.columns - 1) / v.columns) * c.batch;
    u32 shared = v.stages * (128 + v.columns) * 128 + 8 * 2048 + 2 * v.stages * 8 + 1024;
    auto kernel = [&] {
        v.run(mapA, mapB, outputs.bias.memory.data, outputs.residual.memory.data, outputs.out.memory.data, s, c.scale, tiles);
    };
    launch(comparison.name.c_str(), {clusters * v.blocks, 1, 1}, 384, shared, seed, kernel, v.blocks);
    for (i64 batch = 0; batch < c.batch; batch++) {
        for (i64 i = 0; i < c.m; i++) {
            for (i64 j = 0; j < c.n; j++) {
                f64 sum = 0;
                f64 magnitude = 0;
                f64 cutSum = 0;
                for (i64 k = 0; k < c.k; k++) {
                    f64 x = v.alongM ? a.at(batch, k, i) : a.at(batch, i, k);
                    f64 y = v.alongN ? b.at(batch, k, j) : b.at(batch, j, k);
                    sum += x * y;
                    magnitude += std::fabs(x * y);
                    cutSum += asTf32(x, rounds) * asTf32(y, rounds);
                }
                f64 tolerance = sumTolerance((f64)c.k);
                if (isCut) {
                    outputs.expect(c, comparison, batch, i, j, cutSum, magnitude, tolerance);
                    tolerance += CUT_TOLERANCE;
                }
                outputs.expect(c, comparison, batch, i, j, sum, magnitude, tolerance);
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
    for (u32 i = 0; i < 4; i++) {
        GemmCase cut = {70, 50, 37 + 90 * i, 1 + i / 2};
        cut.out = Type::F32;
        cut.hasBias = cut.hasResidual = i > 0;
        run(named(i % 2 == 0 ? "gemm_hopper_tf32_kk_256" : "gemm_hopper_tf32_kk_128"), cut, 2, seed++);
    }
    GemmCase small = {1, 3, 1};
    small.out = Type::F32;
    small.hasBias = true;
    small.activation = 5;
    run(named("gemm_hopper_bf16_kk_256"), small, 1, seed++);
    run(named("gemm_hopper_pair_bf16_kk_256"), small, 1, seed++);
    GemmCase batch = {40, 130, 330, 3};
    batch.out = Type::F32;
    batch.hasBias = batch.hasResidual = true;
    batch.activation = 3;
    batch.scale = 0.5f;
    run(named("gemm_hopper_bf16_kn_128"), batch, 4, seed++);
    run(named("gemm_hopper_pair_bf16_kn_128"), batch, 4, seed++);
    /* An odd number of rows of tiles, more pairs than clusters, enough steps for every stage to come again; one pair for two. */
    GemmCase odd = {300, 140, 460};
    odd.out = Type::F32;
    run(named("gemm_hopper_pair_bf16_kk_128"), odd, 1, seed++);
    run(named("gemm_hopper_pair_f16_mn_128"), odd, 3, seed++);
    run(named("gemm_hopper_pair_tf32_kk_128"), odd, 3, seed++);
    return 0;
}
