package dev.tenon.conformance.reference;

import dev.tenon.op.CrossEntropy;
import dev.tenon.op.CrossEntropyBackward;
import dev.tenon.op.Softmax;
import dev.tenon.op.SoftmaxBackward;
import java.util.ArrayList;
import java.util.List;

/** Softmax, its logarithm, cross-entropy, and their gradients. */
final class SoftmaxReference {
    private SoftmaxReference() {}

    static List<Expected> of(Softmax op) {
        Values in = Values.read(op.in());
        double[] x = in.reals();
        int n = in.size(-1);
        double[] out = new double[x.length];
        double[] scale = new double[x.length];
        for (int at = 0; at < x.length; at += n) {
            double maximum = maximum(x, at, n);
            double logarithm = logSum(x, at, n, maximum);
            for (int i = at; i < at + n; i++) {
                double below = x[i] - maximum;
                out[i] = op.logarithm() ? below - logarithm : Math.exp(below - logarithm);
                // The difference is rounded before the exponential turns its absolute error into a relative one.
                double magnitude = Double.isInfinite(below) ? 0 : Math.abs(below);
                scale[i] = op.logarithm() ? magnitude + Math.abs(logarithm) + 1 : out[i] * (1 + magnitude);
            }
        }
        return List.of(new Expected.Reals(out, scale));
    }

    private static double maximum(double[] x, int at, int n) {
        double maximum = Double.NEGATIVE_INFINITY;
        for (int i = at; i < at + n; i++) {
            maximum = Math.max(maximum, x[i]);
        }
        return maximum;
    }

    /** The logarithm of the sum of the exponentials of the differences to the maximum; exact also where it is near 0. */
    private static double logSum(double[] x, int at, int n, double maximum) {
        double others = 0;
        boolean seen = false;
        for (int i = at; i < at + n; i++) {
            if (!seen && x[i] == maximum && !Double.isInfinite(maximum)) {
                seen = true;
            } else {
                others += Math.exp(x[i] - maximum);
            }
        }
        return seen ? Math.log1p(others) : Math.log(others);
    }

    static List<Expected> of(SoftmaxBackward op) {
        Values out = Values.read(op.out());
        double[] y = out.reals();
        double[] g = Values.read(op.gradOut()).reals();
        int n = out.size(-1);
        double[] gradIn = new double[y.length];
        double[] scale = new double[y.length];
        for (int at = 0; at < y.length; at += n) {
            double sum = 0;
            double magnitude = 0;
            for (int i = at; i < at + n; i++) {
                double term = op.logarithm() ? g[i] : y[i] * g[i];
                sum += term;
                magnitude += Math.abs(term);
            }
            for (int i = at; i < at + n; i++) {
                double weight = op.logarithm() ? Math.exp(y[i]) : y[i];
                gradIn[i] = op.logarithm() ? g[i] - weight * sum : weight * (g[i] - sum);
                scale[i] = op.logarithm()
                        ? Math.abs(g[i]) + weight * magnitude * (1 + Math.abs(y[i]))
                        : Math.abs(weight) * (Math.abs(g[i]) + magnitude);
            }
        }
        return List.of(new Expected.Reals(gradIn, scale));
    }

    static List<Expected> of(CrossEntropy op) {
        Values logits = Values.read(op.logits());
        Values targets = Values.read(op.targets());
        double[] x = logits.reals();
        int n = logits.size(1);
        int rows = logits.size(0);
        double[] losses = new double[rows];
        double[] lossScale = new double[rows];
        double[] sums = new double[rows];
        double[] sumScale = new double[rows];
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double maximum = maximum(x, at, n);
            double logarithm = logSum(x, at, n, maximum);
            sums[row] = maximum + logarithm;
            sumScale[row] = Math.abs(maximum) + Math.abs(logarithm) + 1;
            long target = targets.whole(row);
            if (target != op.ignore()) {
                double chosen = x[at + Math.toIntExact(target)];
                losses[row] = maximum - chosen + logarithm;
                lossScale[row] = sumScale[row] + Math.abs(chosen);
            }
        }
        List<Expected> out = new ArrayList<>(List.of(new Expected.Reals(losses, lossScale)));
        if (op.logSumExp() != null) {
            out.add(new Expected.Reals(sums, sumScale));
        }
        return out;
    }

    static List<Expected> of(CrossEntropyBackward op) {
        Values logits = Values.read(op.logits());
        Values targets = Values.read(op.targets());
        double[] x = logits.reals();
        double[] logSumExp = Values.read(op.logSumExp()).reals();
        double[] g = Values.read(op.gradLosses()).reals();
        int n = logits.size(1);
        double[] out = new double[x.length];
        double[] scale = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int row = i / n;
            long target = targets.whole(row);
            if (target != op.ignore()) {
                double probability = Math.exp(x[i] - logSumExp[row]);
                double hot = target == i % n ? 1 : 0;
                out[i] = (probability - hot) * g[row];
                double exponent = Math.abs(x[i]) + Math.abs(logSumExp[row]);
                scale[i] = (probability * (1 + exponent) + hot) * Math.abs(g[row]);
            }
        }
        return List.of(new Expected.Reals(out, scale));
    }
}
