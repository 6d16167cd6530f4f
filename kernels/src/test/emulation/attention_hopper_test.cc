/* The wgmma kernels of attention: edges of tiles, windows, caps, grouped heads, lengths, pages, rows that see nothing. */
#include "head_maps.h"
#include "attention_hopper_bf16.cu"
#include "attention_hopper_f16.cu"

typedef void (*Kernel)(TensorMap, TensorMap, TensorMap, const i32 *, const i32 *, u16 *, f32 *, AttentionShape, f32, f32, i32);

struct Variant {
    const char *name;
    Kernel run;
    Type type;
    i64 head;
};

#define VARIANTS(name, type)                                                                                           \
    {#name "_64", name##_64, type, 64}, {#name "_80", name##_80, type, 80}, {#name "_96", name##_96, type, 96},        \
        {#name "_128", name##_128, type, 128}, {#name "_256", name##_256, type, 256}

static const Variant ALL[] = {VARIANTS(attention_hopper_bf16, Type::BF16), VARIANTS(attention_hopper_f16, Type::F16)};

static EmulatedMap keysOf(const AttentionData &data, const Guarded &memory, const i64 *places, u32 lines) {
    if (data.c.pageSize > 0) {
        return pagesOf(memory, places, data.head, data.c.pageSize, data.c.keyHeads, data.c.batch * data.maxPages, lines);
    }
    return mapOf(memory, places, data.head, data.c.keys, data.c.keyHeads, data.c.batch, lines);
}

static void run(const Variant &v, const AttentionCase &c, u64 seed) {
    AttentionData data(c, v.type, v.head, seed);
    const AttentionShape &s = data.s;
    Comparison comparison = {std::string(v.name) + " " + c.name};
    u32 keys = v.head > 128 ? 64 : 128;
    u32 lines = c.pageSize == 0 ? keys : std::min(keys, (u32)(c.pageSize & -c.pageSize));
    EmulatedMap emulated[3] = {mapOf(*data.query, s.query, v.head, c.queries, c.heads, c.batch, 128),
                               keysOf(data, *data.key, s.key, lines), keysOf(data, *data.value, s.value, lines)};
    TensorMap maps[3] = {{{(u64)&emulated[0]}}, {{(u64)&emulated[1]}}, {{(u64)&emulated[2]}}};
    u32 width = v.head > 128 ? 256 : v.head > 64 ? 128 : 64;
    u32 shared = (128 + 4 * keys) * width * 2 + 9 * 8 + 1024;
    launch(comparison.name.c_str(), {(u32)((c.queries + 127) / 128), (u32)(c.batch * c.heads), 1}, 384, shared, seed, [&] {
        v.run(maps[0], maps[1], maps[2], (i32 *)data.lengths->data, (i32 *)data.table->data, (u16 *)data.out->data,
              (f32 *)data.sums->data, s, data.scale, c.cap, (i32)lines);
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
    AttentionCase lengths = {"lengths", 4, 2, 1, 66, 150};
    lengths.lengths = {150, 1, 0, 77};
    AttentionCase fullLengths = {"lengths, every key", 2, 1, 1, 66, 270};
    fullLengths.lengths = {129, 256};
    fullLengths.causal = false;
    AttentionCase pages = {"pages", 3, 4, 2, 65, 190};
    pages.pageSize = 16;
    pages.lengths = {190, 16, 137};
    AttentionCase pagesAndWindow = {"large pages, a window", 2, 2, 1, 130, 600};
    pagesAndWindow.pageSize = 192;
    pagesAndWindow.lengths = {600, 131};
    pagesAndWindow.window = 250;
    AttentionCase low = {"scores far below zero", 1, 1, 1, 40, 70};
    low.causal = false;
    low.spread = 8;
    low.opposed = true;
    u64 seed = 31;
    for (const Variant &v : ALL) {
        run(v, causal, seed++);
        run(v, pages, seed++);
        if (v.type == Type::F16) {
            run(v, lengths, seed++);
        }
        /* Weights that are next to nothing are 0 in F16. */
        if (v.type == Type::BF16 && (v.head == 64 || v.head == 128)) {
            run(v, low, seed++);
        }
        if (v.type == Type::F16 && (v.head == 64 || v.head == 128)) {
            run(v, full, seed++);
            run(v, window, seed++);
            run(v, cap, seed++);
            run(v, early, seed++);
            run(v, fullLengths, seed++);
            run(v, pagesAndWindow, seed++);
        }
    }
    return 0;
}
