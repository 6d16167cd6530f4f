/* The mma.sync kernels for operands that are not quantized: every layout, both tiles, edges on every side. */
#include "gemm_cases.h"
#include <limits>
#include "gemm_bf16.cu"
#include "gemm_bf16_f32.cu"
#include "gemm_f16.cu"
#include "gemm_f16_f32.cu"
#include "gemm_f32_bf16.cu"
#include "gemm_f32_f16.cu"
#include "gemm_tf32.cu"
#include "gemm_tf32_rounded.cu"

typedef void (*GemmKernel)(const void *, const void *, const void *, const void *, void *, GemmShape, f32);

struct Kernel {
    const char *name;
    GemmKernel run;
    Type a, b;
    bool alongM, alongN;
    u32 tile, stages;

    u32 threads() const {
        return tile == 128 ? 256 : 128;
    }
    u32 shared() const {
        return stages * tile * 32 * (bytesOf(a) + bytesOf(b));
    }
};

#define SIZES(name, a, b, alongM, alongN, stages)                                                                      \
    {#name "_128", name##_128, a, b, alongM, alongN, 128, stages}, {#name "_64", name##_64, a, b, alongM, alongN, 64, stages},
#define ROWS(name, a, b, stages)                                                                                       \
    SIZES(name##_kk, a, b, false, false, stages) SIZES(name##_kn, a, b, false, true, stages)
#define KERNELS(name, a, b, stages)                                                                                    \
    ROWS(name, a, b, stages)                                                                                           \
    SIZES(name##_mk, a, b, true, false, stages) SIZES(name##_mn, a, b, true, true, stages)

static const Kernel ALL[] = {KERNELS(gemm_bf16, Type::BF16, Type::BF16, 4)   //
                             KERNELS(gemm_f16, Type::F16, Type::F16, 4)       //
                             KERNELS(gemm_tf32, Type::F32, Type::F32, 3)      //
                             KERNELS(gemm_tf32_rounded, Type::F32, Type::F32, 3)
                             ROWS(gemm_f32_bf16, Type::F32, Type::BF16, 3)    //
                             ROWS(gemm_f32_f16, Type::F32, Type::F16, 3)      //
                             ROWS(gemm_bf16_f32, Type::BF16, Type::F32, 3)    //
                             ROWS(gemm_f16_f32, Type::F16, Type::F32, 3)};

static const Kernel &named(const char *name) {
    for (const Kernel &kernel : ALL) {
        if (strcmp(kernel.name, name) == 0) {
            return kernel;
        }
    }
    fail("there is no %s", name);
}

static bool isRounded(const Kernel &kernel) {
    return strstr(kernel.name, "rounded") != nullptr;
}

/* Of two operands that are rounded to nearest, to eleven bits each. */
static const f64 TF32_TOLERANCE = 2 * 0x1p-11 + 0x1p-22;

/* Ties away from zero. */
static f64 roundedToTf32(f64 value) {
    if (value == 0 || !std::isfinite(value)) {
        return value;
    }
    i32 exponent = std::ilogb(value) - 10;
    return std::ldexp(std::round(std::ldexp(value, -exponent)), exponent);
}

static i64 padded(i64 length) {
    return (8 - length % 8) % 8;
}

static void run(const Kernel &kernel, const GemmCase &c, u64 seed) {
    Comparison comparison = {std::string(kernel.name) + " " + std::to_string(c.batch) + " of " + std::to_string(c.m) + " x "
                             + std::to_string(c.n) + " x " + std::to_string(c.k)};
    bool atEnd = seed % 2 == 0;
    Generator generator(seed);
    i64 aLength = kernel.alongM ? c.m : c.k;
    i64 bLength = kernel.alongN ? c.n : c.k;
    Matrix a(kernel.a, c.batch, kernel.alongM ? c.k : c.m, aLength, padded(aLength) + c.gap, c.offset, atEnd);
    Matrix b(kernel.b, c.batch, kernel.alongN ? c.k : c.n, bLength, padded(bLength) + c.gap, c.offset, atEnd);
    GemmOutputs outputs(c, atEnd);
    a.batchStride = a.lines * a.stride;
    b.batchStride = b.lines * b.stride;
    a.fillRandom(generator, c.batch);
    b.fillRandom(generator, c.batch);
    outputs.bias.fillRandom(generator, 1);
    outputs.residual.fillRandom(generator, c.batch);
    if (c.hasInfinity) {
        a.set(0, 0, 0, (f32)INFINITY);
        b.set(0, 1, 1, -(f32)INFINITY);
        b.set(0, 2, 2, (f32)NAN);
        if (kernel.a == Type::F32 && !isRounded(kernel)) {
            /* Rounded to TF32 it is infinite. */
            a.set(0, 3, 3, std::numeric_limits<f32>::max());
        }
    }
    if (c.same != 0) {
        a.change(c.batch, [&](f32) { return c.same; });
        b.change(c.batch, [&](f32) { return c.same; });
    }
    if (c.positive) {
        a.makePositive(c.batch);
        b.makePositive(c.batch);
    }
    GemmShape s = {};
    s.a = a.base;
    s.aStride = a.stride;
    s.aBatch = a.batchStride;
    s.b = b.base;
    s.bStride = b.stride;
    s.bBatch = b.batchStride;
    outputs.describe(c, s);
    i64 tiles = (c.m + kernel.tile - 1) / kernel.tile * ((c.n + kernel.tile - 1) / kernel.tile);
    launch(comparison.name.c_str(), {(u32)tiles, (u32)c.batch, 1}, kernel.threads(), kernel.shared(), seed, [&] {
        kernel.run(a.memory.data, b.memory.data, outputs.bias.memory.data, outputs.residual.memory.data,
                   outputs.out.memory.data, s, c.scale);
    });
    for (i64 batch = 0; batch < c.batch; batch++) {
        for (i64 i = 0; i < c.m; i++) {
            for (i64 j = 0; j < c.n; j++) {
                f64 sum = 0;
                f64 magnitude = 0;
                f64 roundedSum = 0;
                for (i64 k = 0; k < c.k; k++) {
                    f64 x = kernel.alongM ? a.at(batch, k, i) : a.at(batch, i, k);
                    f64 y = kernel.alongN ? b.at(batch, k, j) : b.at(batch, j, k);
                    sum += x * y;
                    magnitude += std::fabs(x * y);
                    roundedSum += roundedToTf32(x) * roundedToTf32(y);
                }
                f64 tolerance = sumTolerance((f64)c.k);
                if (isRounded(kernel)) {
                    outputs.expect(c, comparison, batch, i, j, roundedSum, magnitude, tolerance);
                    tolerance += TF32_TOLERANCE;
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
    for (const Kernel &kernel : ALL) {
        GemmCase plain = {kernel.tile + 13, kernel.tile + 29, 141};
        plain.out = kernel.a;
        run(kernel, plain, seed++);
        GemmCase one = {1, 1, 1};
        one.out = Type::F32;
        run(kernel, one, seed++);
        GemmCase finished = {37, 50, 65, 2};
        finished.out = Type::F32;
        finished.hasBias = finished.hasResidual = true;
        finished.bias = seed % 2 == 0 ? Type::F32 : kernel.b;
        finished.activation = (i32)(seed % 8);
        finished.scale = 0.75f;
        run(kernel, finished, seed++);
        GemmCase infinite = {20, 12, 40};
        infinite.hasInfinity = true;
        infinite.out = kernel.a == Type::F32 ? Type::F32 : kernel.b;
        run(kernel, infinite, seed++);
    }
    /* Of one sign, where rounding towards zero adds up: as many terms as stay within the tolerance. */
    GemmCase positive = {20, 12, 1024};
    positive.positive = true;
    positive.out = Type::F32;
    for (const char *name : {"gemm_bf16_kk_64", "gemm_f16_kk_64"}) {
        run(named(name), positive, seed++);
    }
    /* Any number of them where each few are added up by themselves; these lose most when they are cut. */
    for (const char *name : {"gemm_tf32_kk_64", "gemm_f32_bf16_kn_64", "gemm_f16_f32_kk_64"}) {
        for (i64 terms : {1024, 8192, 65536}) {
            positive.k = terms;
            run(named(name), positive, seed++);
        }
        for (i64 terms : {4, 32, 256}) {
            positive.k = terms;
            positive.same = 1 + 0x1p-11f - 0x1p-23f;
            run(named(name), positive, seed++);
        }
        positive.same = 0;
    }
    /* Several bands of tiles, and enough steps for every stage to come again. */
    GemmCase large = {600, 136, 300};
    large.gap = large.outGap = 0;
    large.out = Type::F16;
    run(named("gemm_f16_kk_64"), large, seed++);
    return 0;
}
