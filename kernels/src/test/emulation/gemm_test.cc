/* The mma.sync kernels for operands that are not quantized: every layout, both tiles, edges on every side. */
#include "gemm_cases.h"
#include "gemm_bf16.cu"
#include "gemm_f16.cu"
#include "gemm_tf32.cu"
#include "gemm_tf32_rounded.cu"

typedef void (*GemmKernel)(const u16 *, const u16 *, const void *, const void *, void *, GemmShape, f32);
typedef void (*WideKernel)(const f32 *, const f32 *, const void *, const void *, void *, GemmShape, f32);

template <WideKernel KERNEL>
static void wide(const u16 *a, const u16 *b, const void *bias, const void *residual, void *out, GemmShape s, f32 scale) {
    KERNEL((const f32 *)a, (const f32 *)b, bias, residual, out, s, scale);
}

struct Kernel {
    const char *name;
    GemmKernel run;
    Type type;
    bool alongM, alongN;
    u32 tile, threads, shared;
};

#define KERNELS(name, type)                                                                                            \
    {#name "_kk_128", name##_kk_128, type, false, false, 128, 256, 65536},                                             \
        {#name "_kn_128", name##_kn_128, type, false, true, 128, 256, 65536},                                          \
        {#name "_mk_128", name##_mk_128, type, true, false, 128, 256, 65536},                                          \
        {#name "_mn_128", name##_mn_128, type, true, true, 128, 256, 65536},                                           \
        {#name "_kk_64", name##_kk_64, type, false, false, 64, 128, 32768},                                            \
        {#name "_kn_64", name##_kn_64, type, false, true, 64, 128, 32768},                                             \
        {#name "_mk_64", name##_mk_64, type, true, false, 64, 128, 32768},                                             \
        {#name "_mn_64", name##_mn_64, type, true, true, 64, 128, 32768},

#define ROUNDED(name)                                                                                                  \
    {#name "_kk_128", wide<name##_kk_128>, Type::F32, false, false, 128, 256, 98304},                                  \
        {#name "_kn_128", wide<name##_kn_128>, Type::F32, false, true, 128, 256, 98304},                               \
        {#name "_mk_128", wide<name##_mk_128>, Type::F32, true, false, 128, 256, 98304},                               \
        {#name "_mn_128", wide<name##_mn_128>, Type::F32, true, true, 128, 256, 98304},                                \
        {#name "_kk_64", wide<name##_kk_64>, Type::F32, false, false, 64, 128, 49152},                                 \
        {#name "_kn_64", wide<name##_kn_64>, Type::F32, false, true, 64, 128, 49152},                                  \
        {#name "_mk_64", wide<name##_mk_64>, Type::F32, true, false, 64, 128, 49152},                                  \
        {#name "_mn_64", wide<name##_mn_64>, Type::F32, true, true, 64, 128, 49152},

static const Kernel ALL[] = {KERNELS(gemm_bf16, Type::BF16) KERNELS(gemm_f16, Type::F16)
                             {"gemm_tf32_kk", wide<gemm_tf32_kk>, Type::F32, false, false, 64, 128, 49152},
                             {"gemm_tf32_kn", wide<gemm_tf32_kn>, Type::F32, false, true, 64, 128, 49152},
                             {"gemm_tf32_mk", wide<gemm_tf32_mk>, Type::F32, true, false, 64, 128, 49152},
                             {"gemm_tf32_mn", wide<gemm_tf32_mn>, Type::F32, true, true, 64, 128, 49152},
                             ROUNDED(gemm_tf32_rounded)};

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
    Matrix a(kernel.type, c.batch, kernel.alongM ? c.k : c.m, aLength, padded(aLength) + c.gap, c.offset, atEnd);
    Matrix b(kernel.type, c.batch, kernel.alongN ? c.k : c.n, bLength, padded(bLength) + c.gap, c.offset, atEnd);
    GemmOutputs outputs(c, atEnd);
    a.batchStride = a.lines * a.stride;
    b.batchStride = b.lines * b.stride;
    a.fillRandom(generator, c.batch);
    b.fillRandom(generator, c.batch);
    outputs.bias.fillRandom(generator, 1);
    outputs.residual.fillRandom(generator, c.batch);
    if (c.hasInfinity) {
        a.set(0, 0, 0, (f32)INFINITY);
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
    launch(comparison.name.c_str(), {(u32)tiles, (u32)c.batch, 1}, kernel.threads, kernel.shared, seed, [&] {
        kernel.run((const u16 *)a.memory.data, (const u16 *)b.memory.data, outputs.bias.memory.data,
                   outputs.residual.memory.data, outputs.out.memory.data, s, c.scale);
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
        plain.out = kernel.type;
        run(kernel, plain, seed++);
        GemmCase one = {1, 1, 1};
        one.out = Type::F32;
        run(kernel, one, seed++);
        GemmCase finished = {37, 50, 65, 2};
        finished.out = Type::F32;
        finished.hasBias = finished.hasResidual = true;
        finished.bias = seed % 2 == 0 ? Type::F32 : kernel.type;
        finished.activation = (i32)(seed % 8);
        finished.scale = 0.75f;
        run(kernel, finished, seed++);
        GemmCase infinite = {20, 12, 40};
        infinite.hasInfinity = true;
        infinite.out = kernel.type;
        run(kernel, infinite, seed++);
    }
    /* Of one sign, where rounding towards zero adds up: as many terms as stay within the tolerance. */
    for (u32 tile : {4, 12}) {
        GemmCase positive = {20, 12, 1024};
        positive.positive = true;
        positive.out = Type::F32;
        run(ALL[tile], positive, seed++);
    }
    /* Several bands of tiles, and enough steps for every stage to come again. */
    GemmCase large = {600, 136, 300};
    large.gap = large.outGap = 0;
    large.out = Type::F16;
    run(ALL[12], large, seed++);
    return 0;
}
