/* The wgmma kernels of attention: edges of tiles, windows, caps, grouped heads, rows that see nothing. */
#include "attention_cases.h"
#include "attention_hopper.cu"

typedef void (*Kernel)(TensorMap, TensorMap, TensorMap, u16 *, f32 *, AttentionShape, f32, f32);

struct Variant {
    const char *name;
    Kernel run;
    Type type;
    i64 head;
};

static const Variant ALL[] = {{"attention_hopper_bf16_64", attention_hopper_bf16_64, Type::BF16, 64},
                              {"attention_hopper_bf16_128", attention_hopper_bf16_128, Type::BF16, 128},
                              {"attention_hopper_f16_64", attention_hopper_f16_64, Type::F16, 64},
                              {"attention_hopper_f16_128", attention_hopper_f16_128, Type::F16, 128}};

static EmulatedMap mapOf(const Guarded &memory, const i64 *places, i64 head, i64 positions, i64 heads, i64 batch) {
    EmulatedMap map = {memory.data + places[0] * 2,
                       4,
                       {(u64)head, (u64)positions, (u64)heads, (u64)batch},
                       {(u64)places[3] * 2, (u64)places[2] * 2, (u64)places[1] * 2},
                       {64, 128}};
    return map;
}

static void run(const Variant &v, const AttentionCase &c, u64 seed) {
    AttentionData data(c, v.type, v.head, seed);
    const AttentionShape &s = data.s;
    Comparison comparison = {std::string(v.name) + " " + c.name};
    EmulatedMap emulated[3] = {mapOf(*data.query, s.query, v.head, c.queries, c.heads, c.batch),
                               mapOf(*data.key, s.key, v.head, c.keys, c.keyHeads, c.batch),
                               mapOf(*data.value, s.value, v.head, c.keys, c.keyHeads, c.batch)};
    TensorMap maps[3] = {{{(u64)&emulated[0]}}, {{(u64)&emulated[1]}}, {{(u64)&emulated[2]}}};
    u32 shared = (u32)(5 * 128 * v.head * 2 + 9 * 8 + 1024);
    launch(comparison.name.c_str(), {(u32)((c.queries + 127) / 128), (u32)(c.batch * c.heads), 1}, 384, shared, seed, [&] {
        v.run(maps[0], maps[1], maps[2], (u16 *)data.out->data, (f32 *)data.sums->data, s, data.scale, c.cap);
    });
    data.expectForward(comparison);
    comparison.done();
}

int main(int, char **) {
    catchAccesses();
    AttentionCase causal = {"causal, grouped heads", 1, 2, 1, 140, 300};
    AttentionCase full = {"every key", 2, 1, 1, 70, 130};
    full.causal = false;
    full.sums = false;
    AttentionCase window = {"a window", 1, 2, 2, 150, 420};
    window.window = 100;
    AttentionCase cap = {"a cap", 1, 1, 1, 20, 50};
    cap.cap = 5;
    cap.spread = 3;
    AttentionCase early = {"more queries than keys", 1, 2, 1, 150, 12};
    u64 seed = 31;
    for (const Variant &v : ALL) {
        run(v, causal, seed++);
        run(v, full, seed++);
        run(v, window, seed++);
        run(v, cap, seed++);
        run(v, early, seed++);
    }
    return 0;
}
