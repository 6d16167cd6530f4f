package dev.tenon.cpu.attention;

import dev.tenon.Tensor;
import dev.tenon.op.AttentionParameters;
import org.jspecify.annotations.Nullable;

/** Attention by its definition, in double precision. */
final class AttentionReference {
    private AttentionReference() {}

    /** Reads a row's element, so that contiguous and paged caches share the reference. */
    @FunctionalInterface
    interface Rows {
        double get(int b, int head, int position, int d);
    }

    static Rows of(Tensor tensor) {
        double[] values = TestTensors.values(tensor);
        int heads = (int) tensor.shape().size(1);
        int positions = (int) tensor.shape().size(2);
        int size = (int) tensor.shape().size(3);
        return (b, head, position, d) -> values[((b * heads + head) * positions + position) * size + d];
    }

    static Rows paged(Tensor pages, int[] table, int perRow) {
        double[] values = TestTensors.values(pages);
        int pageSize = (int) pages.shape().size(1);
        int heads = (int) pages.shape().size(2);
        int size = (int) pages.shape().size(3);
        return (b, head, position, d) -> {
            int slot = table[b * perRow + position / pageSize] * pageSize + position % pageSize;
            return values[(slot * heads + head) * size + d];
        };
    }

    /** One query's output, its log-sum-exp last. */
    static double[] query(
            Tensor queryTensor,
            Rows query,
            Rows key,
            Rows value,
            int group,
            int length,
            int valueSize,
            @Nullable Rows mask,
            AttentionParameters parameters,
            int b,
            int h,
            int i) {
        int queries = (int) queryTensor.shape().size(2);
        int headSize = (int) queryTensor.shape().size(3);
        int position = length - queries + i;
        double[] scores = new double[length];
        double maximum = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < length; j++) {
            scores[j] = Double.NEGATIVE_INFINITY;
            boolean seen = !parameters.causal()
                    || (j <= position && (parameters.window() == 0 || position - j < parameters.window()));
            if (seen) {
                double dot = 0;
                for (int d = 0; d < headSize; d++) {
                    dot += query.get(b, h, i, d) * key.get(b, h / group, j, d);
                }
                double score = dot * parameters.scale();
                if (parameters.softCap() > 0) {
                    score = parameters.softCap() * Math.tanh(score / parameters.softCap());
                }
                scores[j] = score + (mask == null ? 0 : mask.get(b, h, i, j));
            }
            maximum = Math.max(maximum, scores[j]);
        }
        double[] out = new double[valueSize + 1];
        double total = 0;
        for (int j = 0; j < length; j++) {
            if (scores[j] == Double.NEGATIVE_INFINITY) {
                continue;
            }
            double weight = Math.exp(scores[j] - maximum);
            total += weight;
            for (int d = 0; d < valueSize; d++) {
                out[d] += weight * value.get(b, h / group, j, d);
            }
        }
        for (int d = 0; d < valueSize; d++) {
            out[d] = total == 0 ? 0 : out[d] / total;
        }
        out[valueSize] = total == 0 ? Double.NEGATIVE_INFINITY : maximum + Math.log(total);
        return out;
    }
}
