package dev.tenon.cpu.attention;

import dev.tenon.cpu.attention.KeyValueRows.Side;
import dev.tenon.cpu.thread.ThreadTeam;

/** The gradient of attention in double precision, one query at a time: the path of F64. */
final class ScalarBackward {
    private ScalarBackward() {}

    static Runnable bind(BackwardProblem problem, ThreadTeam team) {
        AttentionProblem p = problem.forward();
        int tasks = Math.multiplyExact(p.batch, p.keyHeads);
        return () -> team.run(tasks, task -> group(problem, task / p.keyHeads, task % p.keyHeads));
    }

    private static void group(BackwardProblem problem, int b, int keyHead) {
        AttentionProblem p = problem.forward();
        int keys = problem.keys();
        double[][] key = new double[keys][p.headSize];
        double[][] value = new double[keys][p.valueSize];
        double[][] gradKey = new double[keys][p.headSize];
        double[][] gradValue = new double[keys][p.valueSize];
        for (int j = 0; j < keys; j++) {
            Scalars.load(p.rows.dtype(), p.rows.key(b, keyHead, j), p.rows.elementStride(Side.KEY), p.headSize, key[j]);
            Scalars.load(
                    p.rows.dtype(),
                    p.rows.value(b, keyHead, j),
                    p.rows.elementStride(Side.VALUE),
                    p.valueSize,
                    value[j]);
        }
        for (int h = keyHead * p.group; h < (keyHead + 1) * p.group; h++) {
            for (int i = 0; i < p.queries; i++) {
                query(problem, b, h, i, key, value, gradKey, gradValue);
            }
        }
        for (int j = 0; j < keys; j++) {
            store(problem.gradKey(), b, keyHead, j, gradKey[j]);
            store(problem.gradValue(), b, keyHead, j, gradValue[j]);
        }
    }

    private static void query(
            BackwardProblem problem,
            int b,
            int h,
            int i,
            double[][] key,
            double[][] value,
            double[][] gradKey,
            double[][] gradValue) {
        AttentionProblem p = problem.forward();
        double[] query = load(p.query, b, h, i, p.headSize);
        double[] out = load(p.out, b, h, i, p.valueSize);
        double[] gradOut = load(problem.gradOut(), b, h, i, p.valueSize);
        double[] gradQuery = new double[p.headSize];
        Operand sums = problem.logSumExp();
        double logSumExp = Scalars.load(sums.dtype, sums.at(b, h, i), 0, 0);
        double delta = dot(out, gradOut);
        double scale = p.parameters.scale();
        double cap = p.parameters.softCap();
        int end = p.endKey(i, problem.keys());
        for (int j = p.firstKey(i, problem.keys()); j < end; j++) {
            double capped = ScalarAttention.cap(p, dot(query, key[j]) * scale);
            double score = ScalarAttention.addMask(p, capped, b, h, i, j);
            if (score == Double.NEGATIVE_INFINITY) {
                continue;
            }
            double weight = Math.exp(score - logSumExp);
            double slope = cap > 0 ? 1 - capped / cap * (capped / cap) : 1;
            double grad = weight * (dot(gradOut, value[j]) - delta) * slope * scale;
            for (int d = 0; d < p.valueSize; d++) {
                gradValue[j][d] += weight * gradOut[d];
            }
            for (int d = 0; d < p.headSize; d++) {
                gradKey[j][d] += grad * query[d];
                gradQuery[d] += grad * key[j][d];
            }
        }
        store(problem.gradQuery(), b, h, i, gradQuery);
    }

    private static double[] load(Operand operand, int b, int h, int i, int n) {
        double[] row = new double[n];
        Scalars.load(operand.dtype, operand.at(b, h, i), operand.stride(3), n, row);
        return row;
    }

    private static void store(Operand operand, int b, int h, int i, double[] row) {
        Scalars.store(operand.dtype, operand.at(b, h, i), operand.stride(3), row.length, row);
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int d = 0; d < x.length; d++) {
            sum += x[d] * y[d];
        }
        return sum;
    }
}
