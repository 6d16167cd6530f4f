/*
 * Portable kernels that reduce over a group, as CUDA devices run them: through warps (group.h), with several elements an item (row.h,
 * vector.h), in groups of one warp and of several.
 */
#include "portable.h"
#include <vector>

#define AHEAD
#define SUB_GROUPS 32
#define GROUP 256
#define OPERANDS 2

namespace softmax_bf16 {
#define TYPE BF16
#define VECTOR 8
#include "../portable/softmax.c"
#undef TYPE
#undef VECTOR
#undef VALUE
} // namespace softmax_bf16

namespace sum_f32 {
#define TYPE F32
#define OUT F32
#define FUNCTION SUM
#define VECTOR 4
#define ONE_AXIS
#include "../portable/reduce.c"
#undef FUNCTION
#undef VALUE
} // namespace sum_f32

namespace arg_f32 {
#define INDEX I32
#define LARGEST
#undef OPERANDS
#include "../portable/arg_reduce.c"
#undef VALUE
#undef BEFORE
} // namespace arg_f32

namespace top_f32 {
#undef OPERANDS
#include "../portable/top_k.c"
} // namespace top_f32

/* Rows of a matrix: axes over the rows, whose elements are a step apart. */
template <class Axes> static Axes rowsOf(i64 rows, i64 operands, const i64 *bases, const i64 *strides) {
    Axes axes = {};
    axes.rank = 1;
    axes.count = rows;
    axes.size[0] = rows;
    for (i64 k = 0; k < operands; k++) {
        axes.base[k] = bases[k];
        axes.stride[k][0] = strides[k];
    }
    return axes;
}

/* wide: neighbours in accesses of 16 bytes; else from an odd element on. */
static void softmax(i64 rows, i64 n, u32 items, bool wide, u64 seed) {
    Comparison comparison = {"softmax of " + std::to_string(n) + " by " + std::to_string(items)
                             + (wide ? " wide" : " narrow")};
    Generator generator(seed);
    i64 gap = wide ? (8 - n % 8) % 8 + 8 : 3;
    i64 offset = wide ? 8 : 3;
    Matrix in(Type::BF16, 1, rows, n, gap, offset, seed % 2 == 0);
    Matrix out(Type::BF16, 1, rows, n, gap, offset, seed % 2 == 0);
    in.fillRandom(generator, 1);
    i64 bases[] = {offset, offset};
    i64 strides[] = {in.stride, out.stride};
    auto axes = rowsOf<softmax_bf16::TnAxes>(rows, 2, bases, strides);
    launch(comparison.name.c_str(), {(u32)rows, 1, 1}, items, 0, seed, [&] {
        softmax_bf16::softmax((const u16 *)in.memory.data, (u16 *)out.memory.data, axes, n, 1, 1, wide ? 1 : 0);
    });
    for (i64 i = 0; i < rows; i++) {
        f64 sum = 0;
        for (i64 j = 0; j < n; j++) {
            sum += std::exp(in.at(0, i, j));
        }
        for (i64 j = 0; j < n; j++) {
            f64 exact = std::exp(in.at(0, i, j)) / sum;
            comparison.expect(Type::BF16, out.at(0, i, j), exact, exact, 2 * sumTolerance((f64)n), i, j);
        }
    }
    out.checkRoom(comparison.name, 1);
    comparison.done();
}

static void sum(i64 rows, i64 n, u64 seed) {
    Comparison comparison = {"sum of " + std::to_string(n)};
    Generator generator(seed);
    Matrix in(Type::F32, 1, rows, n, 1, 5, true);
    Matrix out(Type::F32, 1, rows, 1, 0, 0, true);
    in.fillRandom(generator, 1);
    i64 bases[] = {5, 0};
    i64 strides[] = {in.stride, out.stride};
    auto kept = rowsOf<sum_f32::TnAxes>(rows, 2, bases, strides);
    i64 none[] = {0, 0};
    i64 one[] = {1, 0};
    auto reduced = rowsOf<sum_f32::TnAxes>(n, 2, none, one);
    std::vector<f32> first;
    for (u64 order = seed; order < seed + 3; order++) {
        launch(comparison.name.c_str(), {(u32)rows, 1, 1}, GROUP, 0, order, [&] {
            sum_f32::reduce_group((const f32 *)in.memory.data, (f32 *)out.memory.data, nullptr, kept, reduced, 1, n);
        });
        for (i64 i = 0; i < rows; i++) {
            f64 exact = 0;
            f64 magnitude = 0;
            for (i64 j = 0; j < n; j++) {
                exact += in.at(0, i, j);
                magnitude += std::fabs(in.at(0, i, j));
            }
            f32 actual = (f32)out.at(0, i, 0);
            comparison.expect(Type::F32, actual, exact, magnitude, sumTolerance((f64)n), i, 0);
            if (order == seed) {
                first.push_back(actual);
            } else if (first[(size_t)i] != actual) {
                fail("%s: the order of threads changes a sum", comparison.name.c_str());
            }
        }
    }
    comparison.done();
}

/* Few values, so that many are equal, and NaN in some rows: which of equals comes first, and NaN before all. */
static void fillFew(Matrix &in, Generator &generator) {
    for (i64 i = 0; i < in.lines; i++) {
        for (i64 j = 0; j < in.length; j++) {
            bool spoiled = i % 3 == 2 && generator.next() % 40 == 0;
            in.set(0, i, j, spoiled ? NAN : (f32)(generator.next() % 7));
        }
    }
}

static bool before(f64 x, f64 y) {
    return std::isnan(x) ? !std::isnan(y) : x > y;
}

static void largest(i64 rows, i64 n, u64 seed) {
    std::string name = "largest of " + std::to_string(n);
    Generator generator(seed);
    Matrix in(Type::F32, 1, rows, n, 1, 1, true);
    fillFew(in, generator);
    std::vector<i32> out((size_t)rows, -1);
    i64 bases[] = {1, 0};
    i64 strides[] = {in.stride, 1};
    auto axes = rowsOf<arg_f32::TnAxes>(rows, 2, bases, strides);
    launch(name.c_str(), {(u32)rows, 1, 1}, GROUP, 0, seed, [&] {
        arg_f32::arg_reduce((const f32 *)in.memory.data, out.data(), axes, n, 1);
    });
    for (i64 i = 0; i < rows; i++) {
        i32 best = 0;
        for (i64 j = 1; j < n; j++) {
            best = before(in.at(0, i, j), in.at(0, i, best)) ? (i32)j : best;
        }
        if (out[(size_t)i] != best) {
            fail("%s: row %lld has it at %d, should be %d", name.c_str(), i, out[(size_t)i], best);
        }
    }
    printf("ok %s\n", name.c_str());
}

static void top(i64 rows, i64 n, i64 k, u64 seed) {
    std::string name = "top " + std::to_string(k) + " of " + std::to_string(n);
    Generator generator(seed);
    Matrix in(Type::F32, 1, rows, n, 1, 1, true);
    fillFew(in, generator);
    std::vector<f32> out((size_t)(rows * k));
    std::vector<i32> places((size_t)(rows * k), -1);
    i64 bases[] = {1, 0, 0};
    i64 strides[] = {in.stride, k, k};
    auto axes = rowsOf<top_f32::TnAxes>(rows, 3, bases, strides);
    launch(name.c_str(), {(u32)rows, 1, 1}, GROUP, 0, seed, [&] {
        top_f32::top_k((const f32 *)in.memory.data, out.data(), places.data(), axes, n, k, 1, 1, 1);
    });
    for (i64 i = 0; i < rows; i++) {
        std::vector<i32> order((size_t)n);
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](i32 a, i32 b) { return before(in.at(0, i, a), in.at(0, i, b)); });
        for (i64 j = 0; j < k; j++) {
            i32 place = places[(size_t)(i * k + j)];
            f64 value = out[(size_t)(i * k + j)];
            f64 exact = in.at(0, i, order[(size_t)j]);
            if (place != order[(size_t)j] || !(value == exact || (std::isnan(value) && std::isnan(exact)))) {
                fail("%s: row %lld has element %d as number %lld, should be %d", name.c_str(), i, place, j, order[(size_t)j]);
            }
        }
    }
    printf("ok %s\n", name.c_str());
}

int main(int, char **) {
    catchAccesses();
    u64 seed = 1;
    for (i64 n : {1, 13, 64, 1001, 4112}) {
        for (u32 items : {32u, 64u, 256u}) {
            softmax(3, n, items, false, seed++);
            if (n % 8 == 0) {
                softmax(3, n, items, true, seed++);
            }
        }
        sum(3, n, seed++);
        largest(6, n, seed++);
        top(3, n, n < 5 ? n : 5, seed++);
    }
    return 0;
}
