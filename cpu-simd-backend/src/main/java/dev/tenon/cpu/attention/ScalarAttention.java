package dev.tenon.cpu.attention;

import dev.tenon.DType;
import dev.tenon.cpu.thread.ThreadTeam;

/** Attention in double precision, one query at a time: the path of F64, where exactness is wanted and not speed. */
final class ScalarAttention {
    private ScalarAttention() {}

    static Runnable bind(AttentionProblem problem, ThreadTeam team) {
        int tasks = Math.multiplyExact(Math.multiplyExact(problem.batch, problem.heads), problem.queries);
        return () -> {
            for (int b = 0; b < problem.batch; b++) {
                problem.rows.check(b);
            }
            team.run(tasks, task -> {
                int i = task % problem.queries;
                int h = task / problem.queries % problem.heads;
                query(problem, task / problem.queries / problem.heads, h, i);
            });
        };
    }

    private static void query(AttentionProblem p, int b, int h, int i) {
        KeyValueRows rows = p.rows;
        DType dtype = rows.dtype();
        int keyHead = h / p.group;
        int length = rows.length(b);
        int first = p.firstKey(i, length);
        int end = p.endKey(i, length);
        double[] query = new double[p.headSize];
        for (int d = 0; d < p.headSize; d++) {
            query[d] = Scalars.load(p.query.dtype, p.query.at(b, h, i), p.query.stride(3), d);
        }
        double[] sum = new double[p.valueSize];
        double maximum = Double.NEGATIVE_INFINITY;
        double total = 0;
        for (int key = first; key < end; key++) {
            double score = 0;
            long keyRow = rows.key(b, keyHead, key);
            for (int d = 0; d < p.headSize; d++) {
                score += query[d] * Scalars.load(dtype, keyRow, rows.elementStride(KeyValueRows.Side.KEY), d);
            }
            score = transform(p, score, b, h, i, key);
            if (score == Double.NEGATIVE_INFINITY) {
                continue;
            }
            if (score > maximum) {
                double correction = Math.exp(maximum - score);
                total *= correction;
                for (int d = 0; d < p.valueSize; d++) {
                    sum[d] *= correction;
                }
                maximum = score;
            }
            double weight = Math.exp(score - maximum);
            total += weight;
            long valueRow = rows.value(b, keyHead, key);
            for (int d = 0; d < p.valueSize; d++) {
                sum[d] += weight * Scalars.load(dtype, valueRow, rows.elementStride(KeyValueRows.Side.VALUE), d);
            }
        }
        for (int d = 0; d < p.valueSize; d++) {
            Scalars.store(p.out.dtype, p.out.at(b, h, i, d), total == 0 ? 0 : sum[d] / total);
        }
        if (p.logSumExp != null) {
            double value = total == 0 ? Double.NEGATIVE_INFINITY : maximum + Math.log(total);
            Scalars.store(p.logSumExp.dtype, p.logSumExp.at(b, h, i), value);
        }
    }

    private static double transform(AttentionProblem p, double product, int b, int h, int i, int key) {
        return addMask(p, cap(p, product * p.parameters.scale()), b, h, i, key);
    }

    static double cap(AttentionProblem p, double score) {
        double cap = p.parameters.softCap();
        return cap > 0 ? cap * Math.tanh(score / cap) : score;
    }

    static double addMask(AttentionProblem p, double capped, int b, int h, int i, int key) {
        double score = capped;
        if (p.mask != null) {
            score += Scalars.load(p.mask.dtype, p.mask.at(b, h, i, key), 0, 0);
        }
        return score;
    }
}
