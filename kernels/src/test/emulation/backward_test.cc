/* The gradient's kernels: heads of every size, grouped heads, windows, caps, masks, rows that see nothing. */
#include "gradient_cases.h"
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

static void run(const Variant &v, const AttentionCase &c, u64 seed) {
    GradientData gradient(c, v.type, v.head, seed);
    AttentionData &data = gradient.data;
    const AttentionShape &s = data.s;
    std::string name = std::string(v.name) + " " + c.name;
    i64 rows = gradient.rows();
    auto delta = AttentionData::memory(rows * 4, seed % 2 == 0);
    u32 pairs = (u32)(c.batch * c.keyHeads);
    u32 line = (u32)(v.head / 8 | 1) * 16;
    u32 shared = 2 * 64 * line + 2 * (2 * 32 * line + 3 * 32 * 4);
    const u16 *query = (u16 *)data.query->data, *key = (u16 *)data.key->data, *value = (u16 *)data.value->data;
    const f32 *mask = (f32 *)data.mask->data, *sums = (f32 *)data.sums->data;
    const u16 *grad = (u16 *)gradient.gradOut->data;
    f32 *deltas = (f32 *)delta->data;
    launch((name + ", delta").c_str(), {(u32)((rows + 3) / 4), 1, 1}, 128, 0, seed,
           [&] { v.delta((u16 *)data.out->data, grad, deltas, s, gradient.ofOut, v.head); });
    u32 tiles = (u32)((c.heads / c.keyHeads * c.queries + 63) / 64);
    launch((name + ", queries").c_str(), {tiles, pairs, 1}, 128, shared, seed, [&] {
        v.queries(query, key, value, mask, sums, grad, deltas, (u16 *)gradient.gradQuery->data, s, gradient.ofQuery,
                  data.scale, c.cap);
    });
    for (KeysKernel kernel : {v.keys, v.values}) {
        if (kernel != nullptr) {
            launch((name + ", keys").c_str(), {(u32)((c.keys + 63) / 64), pairs, 1}, 128, shared, seed, [&] {
                kernel(query, key, value, mask, sums, grad, deltas, (u16 *)gradient.gradKey->data,
                       (u16 *)gradient.gradValue->data, s, gradient.ofKeys, data.scale, c.cap);
            });
        }
    }
    gradient.expectGradients(name);
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
