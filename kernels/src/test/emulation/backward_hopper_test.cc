/* The gradient on wgmma: edges of tiles, windows, caps, grouped heads, rows that see nothing. */
#include "gradient_cases.h"
#include "head_maps.h"
#include "attention_backward_hopper_bf16.cu"
#include "attention_backward_hopper_f16.cu"

typedef void (*QueriesKernel)(TensorMap, TensorMap, TensorMap, TensorMap, const f32 *, u16 *, AttentionShape, GradPlaces, f32,
                              f32);
typedef void (*KeysKernel)(TensorMap, TensorMap, TensorMap, TensorMap, const f32 *, u16 *, u16 *, AttentionShape, GradPlaces,
                           f32, f32);
typedef void (*RowsKernel)(const u16 *, const u16 *, const f32 *, f32 *, AttentionShape, GradPlaces, i64);

struct Variant {
    const char *name;
    Type type;
    i64 head;
    RowsKernel rows;
    QueriesKernel queries;
    KeysKernel keys;
};

#define VARIANT(name, type, head) {#name "_" #head, type, head, name##_rows, name##_queries_##head, name##_keys_##head}
#define VARIANTS(name, type)                                                                                           \
    VARIANT(name, type, 64), VARIANT(name, type, 80), VARIANT(name, type, 96), VARIANT(name, type, 128)

static const Variant ALL[] = {VARIANTS(backward_hopper_bf16, Type::BF16), VARIANTS(backward_hopper_f16, Type::F16)};

static void run(const Variant &v, const AttentionCase &c, u64 seed) {
    GradientData gradient(c, v.type, v.head, seed);
    AttentionData &data = gradient.data;
    const AttentionShape &s = data.s;
    std::string name = std::string(v.name) + " " + c.name;
    EmulatedMap emulated[4] = {mapOf(*data.query, s.query, v.head, c.queries, c.heads, c.batch, 64),
                               mapOf(*data.key, s.key, v.head, c.keys, c.keyHeads, c.batch, 64),
                               mapOf(*data.value, s.value, v.head, c.keys, c.keyHeads, c.batch, 64),
                               mapOf(*gradient.gradOut, s.out, v.head, c.queries, c.heads, c.batch, 64)};
    TensorMap maps[4] = {{{(u64)&emulated[0]}}, {{(u64)&emulated[1]}}, {{(u64)&emulated[2]}}, {{(u64)&emulated[3]}}};
    u32 queryTiles = (u32)((c.queries + 127) / 128), keyTiles = (u32)((c.keys + 127) / 128);
    u32 rows = (u32)(c.batch * c.heads) * queryTiles * 128;
    auto numbers = AttentionData::memory(rows * 8, true);
    f32 *numbersAt = (f32 *)numbers->data;
    launch((name + ", rows").c_str(), {rows / 8, 1, 1}, 128, 0, seed, [&] {
        v.rows((u16 *)data.out->data, (u16 *)gradient.gradOut->data, (f32 *)data.sums->data, numbersAt, s, gradient.ofOut,
               v.head);
    });
    u32 line = v.head == 64 ? 128 : 256;
    u32 room = 1024 + 5 * 8;
    u32 ofQueries = 2 * 128 * line + 2 * 2 * 128 * line + 2 * 1024 + room;
    launch((name + ", queries").c_str(), {queryTiles, (u32)(c.batch * c.heads), 1}, 384, ofQueries, seed, [&] {
        v.queries(maps[0], maps[1], maps[2], maps[3], numbersAt, (u16 *)gradient.gradQuery->data, s, gradient.ofQuery,
                  data.scale, c.cap);
    });
    u32 ofKeys = 2 * 128 * line + 2 * 2 * 64 * line + 2 * 512 + room;
    launch((name + ", keys").c_str(), {keyTiles, (u32)(c.batch * c.keyHeads), 1}, 384, ofKeys, seed, [&] {
        v.keys(maps[0], maps[1], maps[2], maps[3], numbersAt, (u16 *)gradient.gradKey->data,
               (u16 *)gradient.gradValue->data, s, gradient.ofKeys, data.scale, c.cap);
    });
    gradient.expectGradients(name);
}

int main(int, char **) {
    catchAccesses();
    AttentionCase causal = {"causal, grouped heads", 1, 2, 1, 140, 300};
    AttentionCase full = {"every key", 2, 1, 1, 70, 130};
    full.causal = false;
    AttentionCase window = {"a window", 1, 2, 2, 150, 290};
    window.window = 100;
    AttentionCase cap = {"a cap", 1, 1, 1, 20, 50};
    cap.cap = 5;
    cap.spread = 3;
    AttentionCase early = {"more queries than keys", 1, 2, 1, 150, 12};
    AttentionCase low = {"scores far below zero", 1, 1, 1, 40, 70};
    low.causal = false;
    low.spread = 8;
    low.opposed = true;
    u64 seed = 51;
    for (const Variant &v : ALL) {
        run(v, causal, seed++);
        run(v, cap, seed++);
        /* Weights that are next to nothing are 0 in F16. */
        if (v.type == Type::BF16 && (v.head == 64 || v.head == 128)) {
            run(v, low, seed++);
        }
        if (v.type == Type::F16 && (v.head == 64 || v.head == 128)) {
            run(v, full, seed++);
            run(v, window, seed++);
            run(v, early, seed++);
        }
    }
    return 0;
}
