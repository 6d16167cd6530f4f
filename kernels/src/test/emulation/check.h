/*
 * Operands for emulated kernels, and the comparison with a result in double precision. Every buffer lies against a page that
 * may not be touched, at its end or at its beginning as the seed has it; what lies between rows and in front of them is
 * NaN, and a sentinel in outputs.
 */
#pragma once
#include "launch.h"
#include <csignal>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

enum class Type { F32 = 1, F16 = 2, BF16 = 3 };

inline u32 bytesOf(Type type) {
    return type == Type::F32 ? 4 : 2;
}

inline const char *nameOf(Type type) {
    return type == Type::F32 ? "f32" : type == Type::F16 ? "f16" : "bf16";
}

struct Generator {
    u64 state;
    explicit Generator(u64 seed) : state(seed * 0x9E3779B97F4A7C15ull + 1) {}
    u32 next() {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return (u32)(state >> 32);
    }
    /* From -1 to 1. */
    f32 value() {
        return (f32)((i32)next() / 2147483648.0);
    }
};

/* Memory between two pages that may not be touched; starts on a multiple of 16 bytes. */
struct Guarded {
    u8 *mapping = nullptr;
    u8 *data = nullptr;
    size_t bytes = 0;
    size_t whole = 0;

    Guarded(size_t size, bool atEnd, u8 fill) : bytes(size) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        size_t inner = (size + page) / page * page;
        whole = inner + 2 * page;
        mapping = (u8 *)mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapping == MAP_FAILED || mprotect(mapping + page, inner, PROT_READ | PROT_WRITE) != 0) {
            fail("no memory for %zu bytes", size);
        }
        memset(mapping + page, fill, inner);
        data = atEnd ? mapping + page + (inner - size) / 16 * 16 : mapping + page;
    }
    Guarded(const Guarded &) = delete;
    ~Guarded() {
        munmap(mapping, whole);
    }
};

inline void outside(int, siginfo_t *info, void *) {
    fail("access to memory at %p, outside of every buffer", info->si_addr);
}

inline void catchAccesses() {
    static char stack[65536];
    stack_t alternative = {};
    alternative.ss_sp = stack;
    alternative.ss_size = sizeof stack;
    sigaltstack(&alternative, nullptr);
    struct sigaction action = {};
    action.sa_sigaction = outside;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGSEGV, &action, nullptr);
    sigaction(SIGBUS, &action, nullptr);
}

inline f64 readAs(Type type, const void *from, i64 at) {
    switch (type) {
    case Type::F32:
        return ((const f32 *)from)[at];
    case Type::F16:
        return halfToFloat(((const u16 *)from)[at]);
    case Type::BF16:
        break;
    }
    return bfloatToFloat(((const u16 *)from)[at]);
}

inline void writeAs(Type type, void *to, i64 at, f32 value) {
    switch (type) {
    case Type::F32:
        ((f32 *)to)[at] = value;
        return;
    case Type::F16:
        ((u16 *)to)[at] = floatToHalf(value);
        return;
    case Type::BF16:
        ((u16 *)to)[at] = floatToBfloat(value);
        return;
    }
}

static const u8 SENTINEL = 0xFF; /* NaN in every type */

/* [batch][lines][length], lines and batches with room between them. */
struct Matrix {
    Type type;
    i64 lines, length, stride, batchStride, base;
    Guarded memory;

    Matrix(Type t, i64 batch, i64 rows, i64 columns, i64 gap, i64 offset, bool atEnd)
        : type(t), lines(rows), length(columns), stride(columns + gap), batchStride(rows * (columns + gap) + gap),
          base(offset), memory((size_t)(offset + (batch - 1) * batchStride + (rows - 1) * stride + columns) * bytesOf(t),
                               atEnd, SENTINEL) {}

    i64 place(i64 batch, i64 line, i64 element) const {
        return base + batch * batchStride + line * stride + element;
    }
    f64 at(i64 batch, i64 line, i64 element) const {
        return readAs(type, memory.data, place(batch, line, element));
    }
    void set(i64 batch, i64 line, i64 element, f32 value) {
        writeAs(type, memory.data, place(batch, line, element), value);
    }
    template <class Change> void change(i64 batch, Change to) {
        for (i64 b = 0; b < batch; b++) {
            for (i64 i = 0; i < lines; i++) {
                for (i64 j = 0; j < length; j++) {
                    set(b, i, j, to((f32)at(b, i, j)));
                }
            }
        }
    }
    void fillRandom(Generator &generator, i64 batch) {
        change(batch, [&](f32) { return generator.value(); });
    }
    void makePositive(i64 batch) {
        change(batch, [](f32 value) { return std::fabs(value); });
    }
    /* Every byte that is no element is still the sentinel. */
    void checkRoom(const std::string &name, i64 batch) const {
        std::vector<bool> element(memory.bytes / bytesOf(type) + 1);
        for (i64 b = 0; b < batch; b++) {
            for (i64 i = 0; i < lines; i++) {
                for (i64 j = 0; j < length; j++) {
                    element[(size_t)place(b, i, j)] = true;
                }
            }
        }
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        for (u8 *at = memory.mapping + page; at < memory.mapping + memory.whole - page; at++) {
            bool isElement = at >= memory.data && at < memory.data + memory.bytes
                             && element[(size_t)(at - memory.data) / bytesOf(type)];
            if (!isElement && *at != SENTINEL) {
                fail("%s: something was written %td bytes from the output's beginning, where there is no element",
                     name.c_str(), at - memory.data);
            }
        }
    }
};

/* As Tolerance of the conformance suite: half an ulp of the output's type, and a share of the terms' magnitude. */
inline f64 halfUlp(Type type, f64 exact) {
    i32 bits = type == Type::F32 ? 24 : type == Type::F16 ? 11 : 8;
    i32 least = type == Type::F16 ? -24 : type == Type::F32 ? -149 : -133;
    i32 exponent = exact == 0 ? -200 : std::ilogb(exact);
    i32 ulp = exponent - bits + 1 > least ? exponent - bits + 1 : least;
    return std::ldexp(0.5, ulp);
}

struct Comparison {
    std::string name;
    f64 worst = 0;

    /* relative: times the scale. */
    void expect(Type type, f64 actual, f64 exact, f64 scale, f64 relative, i64 i, i64 j) {
        if (std::isnan(exact) || std::isinf(exact)) {
            if (std::isnan(exact) != std::isnan(actual) || (!std::isnan(exact) && exact != actual)) {
                fail("%s: element %lld %lld is %g, should be %g", name.c_str(), i, j, actual, exact);
            }
            return;
        }
        f64 allowed = halfUlp(type, exact) + relative * scale + 0x1p-126;
        f64 error = std::fabs(actual - exact);
        if (!(error <= allowed)) {
            fail("%s: element %lld %lld is %.9g, should be %.9g; an error of %g where %g is allowed", name.c_str(), i, j,
                 actual, exact, error, allowed);
        }
        worst = std::max(worst, error / allowed);
    }
    void done() const {
        printf("ok %s, largest error %.3f of what is allowed\n", name.c_str(), worst);
        fflush(stdout);
    }
};

/* Of sums over so many terms: (4 + sqrt k) e + 8 u. */
inline f64 sumTolerance(f64 terms) {
    return (4 + std::sqrt(terms)) * 0x1p-24 + 16 * 0x1p-24;
}
