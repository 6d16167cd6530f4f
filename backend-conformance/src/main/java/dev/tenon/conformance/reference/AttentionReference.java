package dev.tenon.conformance.reference;

import dev.tenon.Tensor;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.PagedAttention;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attention over contiguous and paged caches, query by query, and its gradient. */
final class AttentionReference {
    private AttentionReference() {}

    static List<Expected> of(Attention op) {
        Problem problem = new Problem(op.query(), op.key(), op.value(), op.mask(), op.parameters());
        int[] lengths = new int[problem.batch];
        for (int b = 0; b < lengths.length; b++) {
            lengths[b] = op.lengths() == null
                    ? problem.keys
                    : (int) Values.read(op.lengths()).whole(b);
        }
        return forward(problem, lengths, op.logSumExp() != null);
    }

    static List<Expected> of(PagedAttention op) {
        Values lengthValues = Values.read(op.lengths());
        int[] lengths = new int[lengthValues.count()];
        for (int b = 0; b < lengths.length; b++) {
            lengths[b] = (int) lengthValues.whole(b);
        }
        Values table = Values.read(op.pageTable());
        Problem problem = Problem.paged(op, table, lengths);
        return forward(problem, lengths, op.logSumExp() != null);
    }

    private static List<Expected> forward(Problem problem, int[] lengths, boolean withLogSumExp) {
        int rows = problem.batch * problem.heads * problem.queries;
        double[] out = new double[rows * problem.valueSize];
        double[] scale = new double[out.length];
        double[] logSumExps = new double[rows];
        double[] logScale = new double[rows];
        for (int row = 0; row < rows; row++) {
            Row weights = problem.row(row, lengths[row / (problem.heads * problem.queries)]);
            logSumExps[row] = weights.logSumExp;
            logScale[row] = 1 + weights.magnitude;
            for (int key = 0; key < problem.keys; key++) {
                // A score's rounding error becomes a relative error of its weight.
                double weight = Math.exp(weights.scores[key] - weights.logSumExp);
                if (weights.logSumExp == Double.NEGATIVE_INFINITY || weight == 0) {
                    continue;
                }
                int from = problem.valueAt(row, key);
                for (int i = 0; i < problem.valueSize; i++) {
                    double term = weight * problem.value[from + i];
                    out[row * problem.valueSize + i] += term;
                    scale[row * problem.valueSize + i] += Math.abs(term) * (1 + weights.magnitude);
                }
            }
        }
        List<Expected> all = new ArrayList<>(List.of(new Expected.Reals(out, scale)));
        if (withLogSumExp) {
            all.add(new Expected.Reals(logSumExps, logScale));
        }
        return all;
    }

    static List<Expected> of(AttentionBackward op) {
        Problem p = new Problem(op.query(), op.key(), op.value(), op.mask(), op.parameters());
        double[] out = Values.read(op.out()).reals();
        double[] gradOut = Values.read(op.gradOut()).reals();
        double[] logSumExp = Values.read(op.logSumExp()).reals();
        double[] gradQuery = new double[p.query.length];
        double[] queryScale = new double[p.query.length];
        double[] gradKey = new double[p.key.length];
        double[] keyScale = new double[p.key.length];
        double[] gradValue = new double[p.value.length];
        double[] valueScale = new double[p.value.length];
        double scaleFactor = p.parameters.scale();
        for (int row = 0; row < p.batch * p.heads * p.queries; row++) {
            if (logSumExp[row] == Double.NEGATIVE_INFINITY) {
                continue;
            }
            Row weights = p.row(row, p.keys);
            double delta = 0;
            double deltaScale = 0;
            for (int i = 0; i < p.valueSize; i++) {
                double term = out[row * p.valueSize + i] * gradOut[row * p.valueSize + i];
                delta += term;
                deltaScale += Math.abs(term);
            }
            for (int key = 0; key < p.keys; key++) {
                double weight = Math.exp(weights.scores[key] - logSumExp[row]);
                if (weight == 0) {
                    continue;
                }
                double blur = 1 + weights.magnitude;
                int v = p.valueAt(row, key);
                int k = p.keyAt(row, key);
                double inner = 0;
                double innerScale = 0;
                for (int i = 0; i < p.valueSize; i++) {
                    double g = gradOut[row * p.valueSize + i];
                    inner += g * p.value[v + i];
                    innerScale += Math.abs(g * p.value[v + i]);
                    gradValue[v + i] += weight * g;
                    valueScale[v + i] += weight * Math.abs(g) * blur;
                }
                double cap = p.parameters.softCap();
                double capped = cap == 0 ? 0 : weights.capped[key] / cap;
                double slope = scaleFactor * (1 - capped * capped);
                double gradScore = weight * (inner - delta) * slope;
                double gradScoreScale = weight * (innerScale + deltaScale) * Math.abs(scaleFactor) * blur;
                for (int i = 0; i < p.headSize; i++) {
                    gradQuery[row * p.headSize + i] += gradScore * p.key[k + i];
                    queryScale[row * p.headSize + i] += gradScoreScale * Math.abs(p.key[k + i]);
                    gradKey[k + i] += gradScore * p.query[row * p.headSize + i];
                    keyScale[k + i] += gradScoreScale * Math.abs(p.query[row * p.headSize + i]);
                }
            }
        }
        return List.of(
                new Expected.Reals(gradQuery, queryScale),
                new Expected.Reals(gradKey, keyScale),
                new Expected.Reals(gradValue, valueScale));
    }

    /** One query's scores over all keys: those it does not see are negative infinity. */
    private record Row(double[] scores, double[] capped, double logSumExp, double magnitude) {}

    /** Operands with keys and values as [batch, keyHeads, keys, size], whatever they were stored as. */
    private static final class Problem {
        final AttentionParameters parameters;
        final int batch;
        final int heads;
        final int queries;
        final int headSize;
        final int keyHeads;
        final int keys;
        final int valueSize;
        final double[] query;
        final double[] key;
        final double[] value;
        final double @Nullable [] mask;

        Problem(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask, AttentionParameters parameters) {
            this(
                    Values.read(query),
                    key.size(1),
                    key.size(2),
                    value.size(3),
                    Values.read(key).reals(),
                    Values.read(value).reals(),
                    mask == null
                            ? null
                            : Values.read(mask.broadcastTo(query.size(0), query.size(1), query.size(2), key.size(2)))
                                    .reals(),
                    parameters);
        }

        private Problem(
                Values query,
                long keyHeads,
                long keys,
                long valueSize,
                double[] key,
                double[] value,
                double @Nullable [] mask,
                AttentionParameters parameters) {
            this.parameters = parameters;
            this.batch = query.size(0);
            this.heads = query.size(1);
            this.queries = query.size(2);
            this.headSize = query.size(3);
            this.keyHeads = (int) keyHeads;
            this.keys = (int) keys;
            this.valueSize = (int) valueSize;
            this.query = query.reals();
            this.key = key;
            this.value = value;
            this.mask = mask;
        }

        static Problem paged(PagedAttention op, Values table, int[] lengths) {
            int keys = 0;
            for (int length : lengths) {
                keys = Math.max(keys, length);
            }
            Values keyPages = Values.read(op.keyPages());
            Values valuePages = Values.read(op.valuePages());
            return new Problem(
                    Values.read(op.query()),
                    keyPages.size(2),
                    keys,
                    valuePages.size(3),
                    collect(keyPages, table, lengths, keys),
                    collect(valuePages, table, lengths, keys),
                    null,
                    op.parameters());
        }

        /** Pages to [batch, keyHeads, keys, size]; positions past a row's length stay 0. */
        private static double[] collect(Values pages, Values table, int[] lengths, int keys) {
            int pageSize = pages.size(1);
            int heads = pages.size(2);
            int size = pages.size(3);
            double[] out = new double[lengths.length * heads * keys * size];
            for (int b = 0; b < lengths.length; b++) {
                for (int position = 0; position < lengths[b]; position++) {
                    int page = (int) table.whole(b * table.size(1) + position / pageSize);
                    for (int h = 0; h < heads; h++) {
                        int from = ((page * pageSize + position % pageSize) * heads + h) * size;
                        System.arraycopy(pages.reals(), from, out, ((b * heads + h) * keys + position) * size, size);
                    }
                }
            }
            return out;
        }

        int keyAt(int row, int key) {
            return (keyHead(row) * keys + key) * headSize;
        }

        int valueAt(int row, int key) {
            return (keyHead(row) * keys + key) * valueSize;
        }

        private int keyHead(int row) {
            int head = row / queries;
            return head / heads * keyHeads + head % heads / (heads / keyHeads);
        }

        Row row(int row, int length) {
            int position = length - queries + row % queries;
            double[] scores = new double[keys];
            double[] capped = new double[keys];
            double maximum = Double.NEGATIVE_INFINITY;
            double magnitude = 0;
            for (int key = 0; key < keys; key++) {
                scores[key] = Double.NEGATIVE_INFINITY;
                boolean seen = key < length
                        && (!parameters.causal() || key <= position)
                        && (parameters.window() == 0 || key > position - parameters.window());
                if (!seen) {
                    continue;
                }
                int at = keyAt(row, key);
                double dot = 0;
                double terms = 0;
                for (int i = 0; i < headSize; i++) {
                    double term = query[row * headSize + i] * this.key[at + i];
                    dot += term;
                    terms += Math.abs(term);
                }
                double score = dot * parameters.scale();
                double cap = parameters.softCap();
                capped[key] = cap == 0 ? score : cap * Math.tanh(score / cap);
                double added = mask == null ? 0 : mask[row * keys + key];
                scores[key] = capped[key] + added;
                maximum = Math.max(maximum, scores[key]);
                double blur = Math.sqrt(terms * terms / headSize) * Math.abs(parameters.scale());
                magnitude = Math.max(
                        magnitude, blur + Math.abs(capped[key]) + (Double.isFinite(added) ? Math.abs(added) : 0));
            }
            double sum = 0;
            for (int key = 0; key < keys; key++) {
                sum += maximum == Double.NEGATIVE_INFINITY ? 0 : Math.exp(scores[key] - maximum);
            }
            return new Row(scores, capped, maximum + Math.log(sum), magnitude);
        }
    }
}
