/* Cases of matrix products with an epilogue, for kernels that take a GemmShape. */
#pragma once
#include "check.h"
#include "gemm_epilogue.h"

struct GemmCase {
    i64 m, n, k;
    i64 batch = 1;
    /* Elements between lines, for a and b and for the rest; where the first element lies. */
    i64 gap = 8, outGap = 3, offset = 8;
    Type out = Type::BF16;
    Type bias = Type::F32;
    bool hasBias = false, hasResidual = false, hasInfinity = false, positive = false;
    /* Of all terms of a and b, where it is not 0. */
    f32 same = 0;
    i32 activation = 0;
    f32 scale = 1;
};

inline f64 exactActivation(i32 activation, f64 x) {
    switch (activation) {
    case 1:
        return x > 0 || x != x ? x : 0;
    case 2:
        return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    case 3:
        return x / (1 + std::exp(-2 * 0.79788456080286535588 * (x + 0.044715 * x * x * x)));
    case 4:
        return x / (1 + std::exp(-1.702 * x));
    case 5:
        return x / (1 + std::exp(-x));
    case 6:
        return 1 / (1 + std::exp(-x));
    case 7:
        return std::tanh(x);
    default:
        return x;
    }
}

/* The epilogue's operands, with the output. */
struct GemmOutputs {
    Matrix bias, residual, out;

    GemmOutputs(const GemmCase &c, bool atEnd)
        : bias(c.bias, 1, 1, c.n, 0, 1, atEnd), residual(c.out, c.batch, c.m, c.n, c.outGap, 2, atEnd),
          out(c.out, c.batch, c.m, c.n, c.outGap, c.outGap == 0 ? 0 : 5, atEnd) {}

    void describe(const GemmCase &c, GemmShape &s) const {
        s.m = c.m;
        s.n = c.n;
        s.k = c.k;
        s.out = out.base;
        s.outStride = out.stride;
        s.outBatch = out.batchStride;
        s.residual = residual.base;
        s.residualStride = residual.stride;
        s.residualBatch = residual.batchStride;
        s.bias = bias.base;
        s.biasStep = 1;
        s.biasType = c.hasBias ? (i64)c.bias : 0;
        s.residualType = c.hasResidual ? (i64)c.out : 0;
        s.outType = (i64)c.out;
        s.activation = c.activation;
    }

    /* sum and magnitude: of the products; relative: what the sum may be off. */
    void expect(const GemmCase &c, Comparison &comparison, i64 batch, i64 i, i64 j, f64 sum, f64 magnitude, f64 relative) {
        f64 before = sum * c.scale;
        f64 scale = magnitude * std::fabs(c.scale);
        if (c.hasBias) {
            before += bias.at(0, 0, j);
            scale += std::fabs(bias.at(0, 0, j));
        }
        f64 exact = exactActivation(c.activation, before);
        if (c.hasResidual) {
            exact += residual.at(batch, i, j);
            scale += std::fabs(residual.at(batch, i, j));
        }
        comparison.expect(c.out, out.at(batch, i, j), exact, scale + 1e-30, relative, i, j);
    }
};
