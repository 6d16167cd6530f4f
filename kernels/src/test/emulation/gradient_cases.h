/* Attention's gradient: what a forward pass leaves to it, the exact gradients, and the comparison with a kernel's. */
#pragma once
#include "attention_cases.h"

struct GradientData {
    AttentionData data;
    std::unique_ptr<Guarded> gradOut, gradQuery, gradKey, gradValue;
    std::vector<f64> queryGrad, queryScale, keyGrad, keyScale, valueGrad, valueScale;
    GradPlaces ofOut = {}, ofQuery = {}, ofKeys = {};

    i64 rows() const {
        return data.c.batch * data.c.heads * data.c.queries;
    }

    i64 keyRows() const {
        return data.c.batch * data.c.keyHeads * data.c.keys;
    }

    GradientData(const AttentionCase &c, Type type, i64 head, u64 seed) : data(c, type, head, seed) {
        const AttentionShape &s = data.s;
        auto like = [&](const Guarded &other) { return AttentionData::memory((i64)other.bytes, seed % 2 == 0); };
        gradOut = like(*data.out);
        gradQuery = like(*data.query);
        gradKey = like(*data.key);
        gradValue = like(*data.value);
        memcpy(ofOut.first, s.out, sizeof s.out);
        memcpy(ofQuery.first, s.query, sizeof s.query);
        memcpy(ofKeys.first, s.key, sizeof s.key);
        memcpy(ofKeys.second, s.value, sizeof s.value);
        queryGrad.resize((size_t)(rows() * head));
        queryScale = queryGrad;
        keyGrad.resize((size_t)(keyRows() * head));
        keyScale = valueGrad = valueScale = keyGrad;
        Generator generator(seed + 1);
        for (i64 row = 0; row < rows(); row++) {
            addRow(row, generator);
        }
    }

    /* Fills in a row's output, log-sum-exp and output gradient, and adds what it gives to the gradients. */
    void addRow(i64 row, Generator &generator) {
        const AttentionCase &c = data.c;
        const AttentionShape &s = data.s;
        i64 head = data.head;
        i64 b = row / (c.heads * c.queries), h = row / c.queries % c.heads, q = row % c.queries;
        i64 keyHead = h / (c.heads / c.keyHeads);
        i64 outAt = place(s.out, b, h, q);
        std::vector<f64> scores, capped;
        f64 magnitude;
        f64 exactSum = data.scores(b, h, q, scores, capped, magnitude);
        ((f32 *)data.sums->data)[row] = (f32)exactSum;
        f64 sum = (f32)exactSum;
        data.fill(*gradOut, outAt, generator, 1);
        std::vector<f64> out((size_t)head);
        for (size_t k = 0; k < scores.size() && sum != -INFINITY; k++) {
            for (i64 d = 0; d < head; d++) {
                out[(size_t)d] += std::exp(scores[k] - sum) * data.at(*data.value, data.keyPlace(s.value, b, keyHead, (i64)k) + d);
            }
        }
        f64 dot = 0, dotScale = 0;
        for (i64 d = 0; d < head; d++) {
            writeAs(data.type, data.out->data, outAt + d, (f32)out[(size_t)d]);
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
            i64 keyRow = ((b * c.keyHeads + keyHead) * c.keys + (i64)k) * head;
            for (i64 d = 0; d < head; d++) {
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
            for (i64 d = 0; d < head; d++) {
                f64 x = data.at(*data.query, place(s.query, b, h, q) + d);
                f64 y = data.at(*data.key, data.keyPlace(s.key, b, keyHead, (i64)k) + d);
                queryGrad[(size_t)(row * head + d)] += grad * y;
                queryScale[(size_t)(row * head + d)] += scale * std::fabs(y);
                keyGrad[(size_t)(keyRow + d)] += grad * x;
                keyScale[(size_t)(keyRow + d)] += scale * std::fabs(x);
            }
        }
    }

    void expectGradients(const std::string &name) const {
        const AttentionCase &c = data.c;
        const AttentionShape &s = data.s;
        i64 head = data.head;
        Comparison comparison = {name};
        f64 relative = 4
                       * (2 * (4 + std::sqrt((f64)(c.keys + c.queries + head))) * 0x1p-24
                          + (data.type == Type::F16 ? 0x1p-11 : 0x1p-8));
        for (i64 row = 0; row < rows(); row++) {
            i64 at = place(s.query, row / (c.heads * c.queries), row / c.queries % c.heads, row % c.queries);
            for (i64 d = 0; d < head; d++) {
                size_t i = (size_t)(row * head + d);
                comparison.expect(data.type, data.at(*gradQuery, at + d), queryGrad[i], queryScale[i], relative, row, d);
            }
        }
        for (i64 row = 0; row < keyRows(); row++) {
            i64 b = row / (c.keyHeads * c.keys), h = row / c.keys % c.keyHeads, k = row % c.keys;
            for (i64 d = 0; d < head; d++) {
                size_t i = (size_t)(row * head + d);
                comparison.expect(data.type, data.at(*gradKey, data.keyPlace(s.key, b, h, k) + d), keyGrad[i], keyScale[i],
                                  relative, row, d);
                comparison.expect(data.type, data.at(*gradValue, data.keyPlace(s.value, b, h, k) + d), valueGrad[i],
                                  valueScale[i], relative, row, d);
            }
        }
        comparison.done();
    }
};
