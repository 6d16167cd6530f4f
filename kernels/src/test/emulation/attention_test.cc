/* The forward kernels: heads of every size, prefill and decode, parts, pages, windows, caps, masks and lengths. */
#include "attention_cases.h"
#include "attention_bf16.cu"
#include "attention_f16.cu"

typedef void (*Kernel)(const u16 *, const u16 *, const u16 *, const f32 *, const i32 *, const i32 *, u16 *, f32 *, f32 *,
                       u32 *, AttentionShape, f32, f32);

struct Variant {
    const char *name;
    Kernel run;
    Type type;
    i64 head, rows, keys, stages;
};

#define VARIANTS(name, type)                                                                                           \
    {#name "_rows_64", name##_rows_64, type, 64, 64, 64, 2}, {#name "_rows_80", name##_rows_80, type, 80, 64, 64, 2},  \
        {#name "_rows_96", name##_rows_96, type, 96, 64, 64, 2},                                                       \
        {#name "_rows_128", name##_rows_128, type, 128, 64, 64, 2},                                                    \
        {#name "_rows_256", name##_rows_256, type, 256, 64, 32, 2},                                                    \
        {#name "_decode_64", name##_decode_64, type, 64, 16, 64, 3},                                                   \
        {#name "_decode_80", name##_decode_80, type, 80, 16, 64, 3},                                                   \
        {#name "_decode_96", name##_decode_96, type, 96, 16, 64, 3},                                                   \
        {#name "_decode_128", name##_decode_128, type, 128, 16, 64, 2},                                                \
        {#name "_decode_256", name##_decode_256, type, 256, 16, 64, 2},

static const Variant ALL[] = {VARIANTS(attention_bf16, Type::BF16) VARIANTS(attention_f16, Type::F16)};

/* As AttentionKernels in Java says. */
static u32 bytesOfBlock(const Variant &v) {
    i64 line = (v.head / 8 | 1) * 16;
    i64 operands = (v.head > 128 ? v.rows * line : 0) + v.stages * 2 * v.keys * line;
    return (u32)std::max(operands, 64 * (v.head + 2) * 4 + 16);
}

static void run(const Variant &v, const AttentionCase &c, u64 seed) {
    AttentionData data(c, v.type, v.head, seed);
    const AttentionShape &s = data.s;
    Comparison comparison = {std::string(v.name) + " " + c.name};
    i64 tiles = (c.heads / c.keyHeads * c.queries + v.rows - 1) / v.rows;
    for (u32 again = 0; again < (c.parts > 1 ? 2 : 1); again++) {
        memset(data.out->data, SENTINEL, data.out->bytes);
        memset(data.partial->data, SENTINEL, data.partial->bytes);
        launch(comparison.name.c_str(), {(u32)tiles, (u32)(c.batch * c.keyHeads), (u32)c.parts}, 128, bytesOfBlock(v), seed,
               [&] {
                   v.run((u16 *)data.query->data, (u16 *)data.key->data, (u16 *)data.value->data, (f32 *)data.mask->data,
                         (i32 *)data.lengths->data, (i32 *)data.table->data, (u16 *)data.out->data, (f32 *)data.sums->data,
                         (f32 *)data.partial->data, (u32 *)data.arrived->data, s, data.scale, c.cap);
               });
        for (u32 i = 0; i < data.arrived->bytes / 4; i++) {
            if (((u32 *)data.arrived->data)[i] != 0) {
                fail("%s: the parts' counter %u is left at %u", comparison.name.c_str(), i, ((u32 *)data.arrived->data)[i]);
            }
        }
    }
    data.expectForward(comparison);
    comparison.done();
}

int main(int, char **) {
    catchAccesses();
    AttentionCase causal = {"causal, a tile's edges", 1, 2, 1, 45, 77};
    AttentionCase full = {"every key", 1, 1, 1, 70, 130};
    full.causal = false;
    full.sums = false;
    AttentionCase window = {"a window", 1, 2, 2, 100, 100};
    window.window = 40;
    AttentionCase cap = {"a cap", 1, 1, 1, 20, 50};
    cap.cap = 5;
    cap.spread = 3;
    AttentionCase mask = {"a mask", 2, 2, 1, 9, 70};
    mask.mask = true;
    AttentionCase early = {"more queries than keys", 1, 2, 1, 20, 12};
    AttentionCase lengths = {"lengths", 4, 2, 1, 1, 150};
    lengths.lengths = {150, 1, 0, 77};
    AttentionCase parts = {"parts", 2, 4, 2, 2, 300};
    parts.lengths = {300, 70};
    parts.parts = 3;
    AttentionCase pages = {"pages", 3, 4, 2, 1, 90};
    pages.pageSize = 16;
    pages.lengths = {90, 16, 37};
    AttentionCase pagesInParts = {"pages in parts, a window", 2, 4, 1, 1, 400};
    pagesInParts.pageSize = 32;
    pagesInParts.lengths = {400, 131};
    pagesInParts.parts = 4;
    pagesInParts.window = 250;
    u64 seed = 11;
    for (const Variant &v : ALL) {
        bool all = v.head == 64 || v.head == 128;
        run(v, causal, seed++);
        run(v, pagesInParts, seed++);
        if (all) {
            run(v, full, seed++);
            run(v, window, seed++);
            run(v, cap, seed++);
            run(v, mask, seed++);
            run(v, early, seed++);
            run(v, lengths, seed++);
            run(v, parts, seed++);
            run(v, pages, seed++);
        }
    }
    return 0;
}
