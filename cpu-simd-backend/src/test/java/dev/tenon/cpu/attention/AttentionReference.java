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

    /** The gradients of query, key and value, in row-major order. */
    static double[][] backward(
            Tensor queryTensor,
            Tensor keyTensor,
            Tensor valueTensor,
            Tensor gradOut,
            @Nullable Tensor mask,
            AttentionParameters parameters) {
        int batch = (int) queryTensor.shape().size(0);
        int heads = (int) queryTensor.shape().size(1);
        int queries = (int) queryTensor.shape().size(2);
        int headSize = (int) queryTensor.shape().size(3);
        int keyHeads = (int) keyTensor.shape().size(1);
        int keys = (int) keyTensor.shape().size(2);
        int valueSize = (int) valueTensor.shape().size(3);
        Rows query = of(queryTensor);
        Rows key = of(keyTensor);
        Rows value = of(valueTensor);
        Rows grad = of(gradOut);
        Rows masks = mask == null ? null : of(mask);
        double[] gradQuery = new double[batch * heads * queries * headSize];
        double[] gradKey = new double[batch * keyHeads * keys * headSize];
        double[] gradValue = new double[batch * keyHeads * keys * valueSize];
        for (int b = 0; b < batch; b++) {
            for (int h = 0; h < heads; h++) {
                int keyHead = h / (heads / keyHeads);
                for (int i = 0; i < queries; i++) {
                    double[] out = query(
                            queryTensor,
                            query,
                            key,
                            value,
                            heads / keyHeads,
                            keys,
                            valueSize,
                            masks,
                            parameters,
                            b,
                            h,
                            i);
                    int position = keys - queries + i;
                    double delta = 0;
                    for (int d = 0; d < valueSize; d++) {
                        delta += out[d] * grad.get(b, h, i, d);
                    }
                    for (int j = 0; j < keys; j++) {
                        if (parameters.causal()
                                && (j > position || parameters.window() > 0 && position - j >= parameters.window())) {
                            continue;
                        }
                        double score = 0;
                        for (int d = 0; d < headSize; d++) {
                            score += query.get(b, h, i, d) * key.get(b, keyHead, j, d);
                        }
                        score *= parameters.scale();
                        double slope = parameters.scale();
                        if (parameters.softCap() > 0) {
                            double tanh = Math.tanh(score / parameters.softCap());
                            score = parameters.softCap() * tanh;
                            slope *= 1 - tanh * tanh;
                        }
                        score += masks == null ? 0 : masks.get(b, h, i, j);
                        double weight = Math.exp(score - out[valueSize]);
                        double gradWeight = 0;
                        for (int d = 0; d < valueSize; d++) {
                            gradWeight += grad.get(b, h, i, d) * value.get(b, keyHead, j, d);
                            gradValue[((b * keyHeads + keyHead) * keys + j) * valueSize + d] +=
                                    weight * grad.get(b, h, i, d);
                        }
                        double gradScore = weight * (gradWeight - delta) * slope;
                        for (int d = 0; d < headSize; d++) {
                            gradQuery[((b * heads + h) * queries + i) * headSize + d] +=
                                    gradScore * key.get(b, keyHead, j, d);
                            gradKey[((b * keyHeads + keyHead) * keys + j) * headSize + d] +=
                                    gradScore * query.get(b, h, i, d);
                        }
                    }
                }
            }
        }
        return new double[][] {gradQuery, gradKey, gradValue};
    }
}
