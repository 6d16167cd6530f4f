/* The gradient's kernels: heads of every size, grouped heads, windows, caps, masks, rows that see nothing. */
#include "attention_cases.h"
#include "attention_backward_bf16.cu"
#include "attention_backward_f16.cu"

typedef void (*QueriesKernel)(const u16 *, const u16 *, const u16 *, const f32 *, const f32 *, const u16 *, const f32 *,
                              u16 *, AttentionShape, GradPlaces, f32, f32);
typedef void (*KeysKernel)(const u16 *, const u16 *, const u16 *, const f32 *, const f32 *, const u16 *, const f32 *,
                           u16 *, u16 *, AttentionShape, GradPlaces, f32, f32);
typedef void (*DeltaKernel)(const u16 *, const u16 *, f32 *, AttentionShape, GradPlaces, i64);

struct Variant {
    const char *name;
    Type type;
    i64 head;
    DeltaKernel delta;
    QueriesKernel queries;
    /* The second is there for heads whose keys and values have a kernel each. */
    KeysKernel keys, values;
};

#define VARIANTS(name, type)                                                                                           \
    {#name "_64", type, 64, name##_delta, name##_queries_64, name##_keys_64, nullptr},                                 \
        {#name "_80", type, 80, name##_delta, name##_queries_80, name##_keys_80, nullptr},                             \
        {#name "_96", type, 96, name##_delta, name##_queries_96, name##_keys_96, nullptr},                             \
        {#name "_128", type, 128, name##_delta, name##_queries_128, name##_keys_128, nullptr},                         \
        {#name "_256", type, 256, name##_delta, name##_queries_256, name##_keys_256, name##_values_256},

static const Variant ALL[] = {VARIANTS(backward_bf16, Type::BF16) VARIANTS(backward_f16, Type::F16)};

static void copyPlaces(i64 *to, const i64 *from) {
    memcpy(to, from, 4 * sizeof(i64));
}

static void run(const Variant &v, const AttentionCase &c, u64 seed) {
    AttentionData data(c, v.type, v.head, seed);
    const AttentionShape &s = data.s;
    bool atEnd = seed % 2 == 0;
    Generator generator(seed + 1);
    std::string name = std::string(v.name) + " " + c.name;
    auto like = [&](const Guarded &other) { return AttentionData::memory((i64)other.bytes, atEnd); };
    auto gradOut = like(*data.out), gradQuery = like(*data.query), gradKey = like(*data.key), gradValue = like(*data.value);
    i64 rows = c.batch * c.heads * c.queries;
    auto delta = AttentionData::memory(rows * 4, atEnd);
    i64 keyRows = c.batch * c.keyHeads * c.keys;
    std::vector<f64> queryGrad((size_t)(rows * v.head)), queryScale(queryGrad), keyGrad((size_t)(keyRows * v.head)),
        keyScale(keyGrad), valueGrad(keyGrad), valueScale(keyGrad);
    std::vector<f64> scores, capped;
    f64 magnitude;
    for (i64 row = 0; row < rows; row++) {
        i64 b = row / (c.heads * c.queries), h = row / c.queries % c.heads, q = row % c.queries;
        i64 keyHead = h / (c.heads / c.keyHeads);
        i64 outAt = place(s.out, b, h, q);
        f64 exactSum = data.scores(b, h, q, scores, capped, magnitude);
        ((f32 *)data.sums->data)[row] = (f32)exactSum;
        f64 sum = (f32)exactSum;
        data.fill(*gradOut, outAt, generator, 1);
        std::vector<f64> out((size_t)v.head);
        for (size_t k = 0; k < scores.size() && sum != -INFINITY; k++) {
            for (i64 d = 0; d < v.head; d++) {
                out[(size_t)d] += std::exp(scores[k] - sum) * data.at(*data.value, data.keyPlace(s.value, b, keyHead, (i64)k) + d);
            }
        }
        f64 dot = 0, dotScale = 0;
        for (i64 d = 0; d < v.head; d++) {
            writeAs(v.type, data.out->data, outAt + d, (f32)out[(size_t)d]);
            f64 term = data.at(*data.out, outAt + d) * data.at(*gradOut, outAt + d);
            dot += term;
            dotScale += std::fabs(term);
        }
        for (size_t k = 0; k < scores.size() && sum != -INFINITY; k++) {
            f64 weight = std::exp(scores[k] - sum);
            if (weight == 0) {
                continue;
            }
            f64 inner = 0, innerScale = 0;
            i64 keyRow = ((b * c.keyHeads + keyHead) * c.keys + (i64)k) * v.head;
            for (i64 d = 0; d < v.head; d++) {
                f64 g = data.at(*gradOut, outAt + d);
                f64 value = data.at(*data.value, data.keyPlace(s.value, b, keyHead, (i64)k) + d);
                inner += g * value;
                innerScale += std::fabs(g * value);
                valueGrad[(size_t)(keyRow + d)] += weight * g;
                valueScale[(size_t)(keyRow + d)] += weight * std::fabs(g) * (1 + magnitude);
            }
            f64 ratio = c.cap == 0 ? 0 : capped[k] / c.cap;
            f64 grad = weight * (inner - dot) * data.scale * (1 - ratio * ratio);
            f64 scale = weight * (innerScale + dotScale) * data.scale * (1 + magnitude);
            for (i64 d = 0; d < v.head; d++) {
                f64 x = data.at(*data.query, place(s.query, b, h, q) + d);
                f64 y = data.at(*data.key, data.keyPlace(s.key, b, keyHead, (i64)k) + d);
                queryGrad[(size_t)(row * v.head + d)] += grad * y;
                queryScale[(size_t)(row * v.head + d)] += scale * std::fabs(y);
                keyGrad[(size_t)(keyRow + d)] += grad * x;
                keyScale[(size_t)(keyRow + d)] += scale * std::fabs(x);
            }
        }
    }
    GradPlaces ofOut = {}, ofQuery = {}, ofKeys = {};
    copyPlaces(ofOut.first, s.out);
    copyPlaces(ofQuery.first, s.query);
    copyPlaces(ofKeys.first, s.key);
    copyPlaces(ofKeys.second, s.value);
    u32 pairs = (u32)(c.batch * c.keyHeads);
    u32 line = (u32)(v.head / 8 | 1) * 16;
    u32 shared = 2 * 64 * line + 2 * (2 * 32 * line + 3 * 32 * 4);
    const u16 *query = (u16 *)data.query->data, *key = (u16 *)data.key->data, *value = (u16 *)data.value->data;
    const f32 *mask = (f32 *)data.mask->data, *sums = (f32 *)data.sums->data;
    const u16 *grad = (u16 *)gradOut->data;
    f32 *deltas = (f32 *)delta->data;
    launch((name + ", delta").c_str(), {(u32)((rows + 3) / 4), 1, 1}, 128, 0, seed,
           [&] { v.delta((u16 *)data.out->data, grad, deltas, s, ofOut, v.head); });
    u32 tiles = (u32)((c.heads / c.keyHeads * c.queries + 63) / 64);
    launch((name + ", queries").c_str(), {tiles, pairs, 1}, 128, shared, seed, [&] {
        v.queries(query, key, value, mask, sums, grad, deltas, (u16 *)gradQuery->data, s, ofQuery, data.scale, c.cap);
    });
    for (KeysKernel kernel : {v.keys, v.values}) {
        if (kernel != nullptr) {
            launch((name + ", keys").c_str(), {(u32)((c.keys + 63) / 64), pairs, 1}, 128, shared, seed, [&] {
                kernel(query, key, value, mask, sums, grad, deltas, (u16 *)gradKey->data, (u16 *)gradValue->data, s, ofKeys,
                       data.scale, c.cap);
            });
        }
    }
    Comparison comparison = {name};
    f64 relative =
        4 * (2 * (4 + std::sqrt((f64)(c.keys + c.queries + v.head))) * 0x1p-24 + (v.type == Type::F16 ? 0x1p-11 : 0x1p-8));
    for (i64 row = 0; row < rows; row++) {
        i64 at = place(s.query, row / (c.heads * c.queries), row / c.queries % c.heads, row % c.queries);
        for (i64 d = 0; d < v.head; d++) {
            size_t i = (size_t)(row * v.head + d);
            comparison.expect(v.type, data.at(*gradQuery, at + d), queryGrad[i], queryScale[i], relative, row, d);
        }
    }
    for (i64 row = 0; row < keyRows; row++) {
        i64 b = row / (c.keyHeads * c.keys), h = row / c.keys % c.keyHeads, k = row % c.keys;
        for (i64 d = 0; d < v.head; d++) {
            size_t i = (size_t)(row * v.head + d);
            comparison.expect(v.type, data.at(*gradKey, data.keyPlace(s.key, b, h, k) + d), keyGrad[i], keyScale[i],
                              relative, row, d);
            comparison.expect(v.type, data.at(*gradValue, data.keyPlace(s.value, b, h, k) + d), valueGrad[i],
                              valueScale[i], relative, row, d);
        }
    }
    comparison.done();
}

int main(int, char **) {
    catchAccesses();
    AttentionCase causal = {"causal, grouped heads", 1, 2, 1, 45, 77};
    AttentionCase full = {"every key", 2, 1, 1, 70, 65};
    full.causal = false;
    AttentionCase window = {"a window", 1, 2, 2, 150, 150};
    window.window = 40;
    AttentionCase cap = {"a cap", 1, 1, 1, 20, 50};
    cap.cap = 5;
    cap.spread = 3;
    AttentionCase mask = {"a mask", 2, 2, 1, 9, 70};
    mask.mask = true;
    AttentionCase early = {"more queries than keys", 1, 2, 1, 20, 12};
    u64 seed = 21;
    for (const Variant &v : ALL) {
        run(v, causal, seed++);
        if (v.head == 64 || v.head == 128) {
            run(v, full, seed++);
            run(v, window, seed++);
            run(v, cap, seed++);
            run(v, mask, seed++);
            run(v, early, seed++);
        }
    }
    return 0;
}
