/* Cases of attention with operands in memory, and the exact result. */
#pragma once
#include "check.h"
#include "attention_shape.h"
#include <memory>

struct AttentionCase {
    const char *name;
    i64 batch, heads, keyHeads, queries, keys;
    bool causal = true;
    i64 window = 0;
    f32 cap = 0;
    bool mask = false;
    std::vector<i32> lengths = {};
    /* 0: no pages. */
    i64 pageSize = 0;
    i64 parts = 1;
    bool sums = true;
    f32 spread = 1;
    /* Queries above zero and keys below, so that every score is. */
    bool opposed = false;
};

struct AttentionData {
    AttentionCase c;
    Type type;
    i64 head;
    AttentionShape s = {};
    f32 scale;
    i64 maxPages = 1;
    std::unique_ptr<Guarded> query, key, value, mask, lengths, table, out, sums, partial, arrived;

    static std::unique_ptr<Guarded> memory(i64 bytes, bool atEnd, u8 fill = SENTINEL) {
        return std::make_unique<Guarded>((size_t)bytes, atEnd, fill);
    }

    void strides(i64 *to, i64 base, i64 outer, i64 middle, i64 inner) {
        to[0] = base;
        to[1] = outer;
        to[2] = middle;
        to[3] = inner;
    }

    i64 length(i64 b) const {
        return c.lengths.empty() ? c.keys : c.lengths[(size_t)b];
    }

    i64 keyPlace(const i64 *p, i64 b, i64 h, i64 position) const {
        return key_place(p, s, (const i32 *)table->data, b, h, position);
    }

    /* sign: of every element, where it is not 0. */
    void fill(Guarded &memory, i64 from, Generator &generator, f32 times, f32 sign = 0) {
        for (i64 d = 0; d < head; d++) {
            f32 value = generator.value() * times;
            writeAs(type, memory.data, from + d, sign == 0 ? value : sign * std::fabs(value));
        }
    }

    AttentionData(const AttentionCase &theCase, Type theType, i64 headSize, u64 seed)
        : c(theCase), type(theType), head(headSize), scale(1 / std::sqrt((f32)headSize)) {
        bool atEnd = seed % 2 == 0;
        bool swapped = seed % 3 == 0;
        Generator generator(seed);
        s.batch = c.batch;
        s.heads = c.heads;
        s.queries = c.queries;
        s.keyHeads = c.keyHeads;
        s.causal = c.causal;
        s.window = c.window;
        s.hasMask = c.mask;
        s.hasLengths = !c.lengths.empty();
        s.hasTable = c.pageSize > 0;
        s.hasSums = c.sums;
        s.parts = c.parts;
        s.pageSize = std::max<i64>(1, c.pageSize);
        maxPages = c.pageSize > 0 ? (c.keys + c.pageSize - 1) / c.pageSize : 1;
        s.keys = c.pageSize > 0 ? maxPages * c.pageSize : c.keys;
        i64 room = head + 8;
        /* [batch, heads, queries] or [batch, queries, heads]. */
        auto rows = [&](i64 *to, i64 base) {
            strides(to, base, c.heads * c.queries * room, swapped ? room : c.queries * room, swapped ? c.heads * room : room);
        };
        rows(s.query, 8);
        rows(s.out, 0);
        i64 rowBytes = (8 + c.batch * c.heads * c.queries * room) * 2;
        query = memory(rowBytes, atEnd);
        out = memory(rowBytes, atEnd);
        i64 pages = c.batch * maxPages;
        if (pages % 7 == 0) {
            fail("%s: times 7 is no permutation of %lld pages", c.name, pages);
        }
        i64 keyElements;
        if (c.pageSize > 0) {
            strides(s.key, 0, c.pageSize * c.keyHeads * head, c.keyHeads * head, head);
            strides(s.value, 8, c.pageSize * c.keyHeads * head, c.keyHeads * head, head);
            keyElements = pages * c.pageSize * c.keyHeads * head;
        } else {
            strides(s.key, 0, c.keyHeads * c.keys * room, c.keys * room, room);
            strides(s.value, 8, c.keyHeads * c.keys * room, room, c.keyHeads * room);
            keyElements = c.batch * c.keyHeads * c.keys * room;
        }
        key = memory(keyElements * 2, atEnd);
        value = memory((keyElements + 8) * 2, atEnd);
        table = memory(std::max<i64>(1, pages) * 4, atEnd, 0x7F);
        s.table[1] = maxPages;
        s.table[2] = 1;
        lengths = memory(c.batch * 4, atEnd);
        s.lengths[1] = 1;
        for (i64 b = 0; b < c.batch; b++) {
            ((i32 *)lengths->data)[b] = (i32)length(b);
            for (i64 p = 0; c.pageSize > 0 && p * c.pageSize < length(b); p++) {
                ((i32 *)table->data)[b * maxPages + p] = (i32)((p * c.batch + b) * 7 % pages);
            }
        }
        for (i64 b = 0; b < c.batch; b++) {
            for (i64 h = 0; h < c.heads; h++) {
                for (i64 q = 0; q < c.queries; q++) {
                    fill(*query, place(s.query, b, h, q), generator, c.spread, c.opposed ? 1 : 0);
                }
            }
            for (i64 h = 0; h < c.keyHeads; h++) {
                for (i64 k = 0; k < length(b); k++) {
                    fill(*key, keyPlace(s.key, b, h, k), generator, c.spread, c.opposed ? -1 : 0);
                    fill(*value, keyPlace(s.value, b, h, k), generator, 1);
                }
            }
        }
        s.mask[1] = c.queries * c.keys;
        s.mask[3] = c.keys;
        s.mask[4] = 1;
        mask = memory(c.mask ? c.batch * c.queries * c.keys * 4 : 4, atEnd);
        for (i64 i = 0; c.mask && i < c.batch * c.queries * c.keys; i++) {
            ((f32 *)mask->data)[i] = generator.next() % 5 == 0 ? -(f32)INFINITY : generator.value();
        }
        s.sums[1] = c.heads * c.queries;
        s.sums[2] = c.queries;
        s.sums[3] = 1;
        sums = memory(c.batch * c.heads * c.queries * 4, atEnd);
        partial = memory(c.batch * c.heads * c.queries * c.parts * (head + 2) * 4, atEnd);
        arrived = memory(4096, atEnd, 0);
    }

    f64 at(const Guarded &memory, i64 place) const {
        return readAs(type, memory.data, place);
    }

    /* The scores of a row over all keys, -infinity where it does not see one; the magnitude of what they are made of. */
    f64 scores(i64 b, i64 h, i64 q, std::vector<f64> &to, std::vector<f64> &capped, f64 &magnitude) const {
        i64 position = length(b) - c.queries + q;
        i64 keyHead = h / (c.heads / c.keyHeads);
        f64 most = -INFINITY;
        to.assign((size_t)length(b), -INFINITY);
        capped.assign((size_t)length(b), 0);
        magnitude = 0;
        for (i64 k = 0; k < length(b); k++) {
            if (c.causal && (k > position || (c.window > 0 && k <= position - c.window))) {
                continue;
            }
            f64 dot = 0;
            f64 terms = 0;
            for (i64 d = 0; d < head; d++) {
                f64 term = at(*query, place(s.query, b, h, q) + d) * at(*key, keyPlace(s.key, b, keyHead, k) + d);
                dot += term;
                terms += std::fabs(term);
            }
            f64 score = dot * scale;
            magnitude = std::max(magnitude, terms * scale);
            score = c.cap == 0 ? score : c.cap * std::tanh(score / c.cap);
            capped[(size_t)k] = score;
            if (c.mask) {
                f64 added = ((f32 *)mask->data)[place(s.mask, b, h, q) + k];
                score += added;
                magnitude = std::isinf(added) ? magnitude : std::max(magnitude, terms * scale + std::fabs(added));
            }
            to[(size_t)k] = score;
            most = std::max(most, score);
        }
        if (most == -INFINITY) {
            return most;
        }
        f64 total = 0;
        for (f64 score : to) {
            total += std::exp(score - most);
        }
        return most + std::log(total);
    }

    /* As Tolerance's attention. */
    f64 tolerance() const {
        return 2 * (4 + std::sqrt((f64)(c.keys + head))) * 0x1p-24 + (type == Type::F16 ? 0x1p-11 : 0x1p-8);
    }

    /* Compares outputs and log-sum-exps with the exact ones. */
    void expectForward(Comparison &comparison) const {
        std::vector<f64> scores, capped;
        f64 magnitude;
        for (i64 b = 0; b < c.batch; b++) {
            for (i64 h = 0; h < c.heads; h++) {
                for (i64 q = 0; q < c.queries; q++) {
                    f64 sum = this->scores(b, h, q, scores, capped, magnitude);
                    i64 row = (b * c.heads + h) * c.queries + q;
                    std::vector<f64> exact((size_t)head), scale((size_t)head);
                    for (size_t k = 0; k < scores.size() && sum != -INFINITY; k++) {
                        f64 weight = std::exp(scores[k] - sum);
                        i64 from = keyPlace(s.value, b, h / (c.heads / c.keyHeads), (i64)k);
                        for (i64 d = 0; d < head && weight > 0; d++) {
                            f64 term = weight * at(*value, from + d);
                            exact[(size_t)d] += term;
                            scale[(size_t)d] += std::fabs(term) * (1 + magnitude);
                        }
                    }
                    for (i64 d = 0; d < head; d++) {
                        comparison.expect(type, at(*out, place(s.out, b, h, q) + d), exact[(size_t)d],
                                          scale[(size_t)d], tolerance(), row, d);
                    }
                    if (c.sums) {
                        comparison.expect(Type::F32, ((f32 *)sums->data)[row], sum, 1 + magnitude,
                                          tolerance() / 64, row, -1);
                    }
                }
            }
        }
    }
};
