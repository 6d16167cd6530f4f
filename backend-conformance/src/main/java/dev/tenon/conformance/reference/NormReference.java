package dev.tenon.conformance.reference;

import dev.tenon.Tensor;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.LayerNormBackward;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.RmsNormBackward;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Layer and root-mean-square normalization and their gradients. */
final class NormReference {
    private NormReference() {}

    static List<Expected> of(LayerNorm op) {
        Values in = Values.read(op.in());
        double[] x = in.reals();
        int n = in.size(-1);
        double[] weight = orElse(op.weight(), n, 1);
        double[] bias = orElse(op.bias(), n, 0);
        double[] out = new double[x.length];
        double[] scale = new double[x.length];
        int rows = x.length / n;
        double[] means = new double[rows];
        double[] meanScale = new double[rows];
        double[] rstds = new double[rows];
        double[] rstdScale = new double[rows];
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double sum = 0;
            double magnitude = 0;
            for (int i = at; i < at + n; i++) {
                sum += x[i];
                magnitude += Math.abs(x[i]);
            }
            double mean = sum / n;
            double variance = 0;
            for (int i = at; i < at + n; i++) {
                variance += (x[i] - mean) * (x[i] - mean) / n;
            }
            double rstd = 1 / Math.sqrt(variance + op.epsilon());
            means[row] = mean;
            meanScale[row] = magnitude / n;
            rstds[row] = rstd;
            // A rounded mean moves each deviation, and with it the variance, in proportion to the mean's magnitude.
            double spread = 1 + magnitude / n * rstd;
            rstdScale[row] = rstd * spread;
            for (int i = 0; i < n; i++) {
                double normal = (x[at + i] - mean) * rstd;
                out[at + i] = normal * weight[i] + bias[i];
                scale[at + i] = ((Math.abs(normal) + 1) * spread + Math.abs(x[at + i]) * rstd) * Math.abs(weight[i])
                        + Math.abs(bias[i]);
            }
        }
        List<Expected> all = new ArrayList<>(List.of(new Expected.Reals(out, scale)));
        if (op.mean() != null) {
            all.add(new Expected.Reals(means, meanScale));
        }
        if (op.rstd() != null) {
            all.add(new Expected.Reals(rstds, rstdScale));
        }
        return all;
    }

    static List<Expected> of(LayerNormBackward op) {
        Values in = Values.read(op.in());
        double[] x = in.reals();
        double[] g = Values.read(op.gradOut()).reals();
        double[] mean = Values.read(op.mean()).reals();
        double[] rstd = Values.read(op.rstd()).reals();
        int n = in.size(-1);
        double[] weight = orElse(op.weight(), n, 1);
        double[] gradIn = new double[x.length];
        double[] scale = new double[x.length];
        Sums gradWeight = new Sums(n);
        Sums gradBias = new Sums(n);
        for (int row = 0; row < x.length / n; row++) {
            int at = row * n;
            double centre = 0;
            double slope = 0;
            double magnitude = 0;
            double slopeMagnitude = 0;
            for (int i = 0; i < n; i++) {
                double normal = (x[at + i] - mean[row]) * rstd[row];
                double normalScale = (Math.abs(x[at + i]) + Math.abs(mean[row])) * rstd[row];
                double term = g[at + i] * weight[i];
                centre += term / n;
                slope += term * normal / n;
                magnitude += Math.abs(term) / n;
                slopeMagnitude += Math.abs(term) * normalScale / n;
                gradWeight.add(i, g[at + i] * normal, Math.abs(g[at + i]) * normalScale);
                gradBias.add(i, g[at + i], Math.abs(g[at + i]));
            }
            for (int i = 0; i < n; i++) {
                double normal = (x[at + i] - mean[row]) * rstd[row];
                double normalScale = (Math.abs(x[at + i]) + Math.abs(mean[row])) * rstd[row];
                double term = g[at + i] * weight[i];
                gradIn[at + i] = rstd[row] * (term - centre - normal * slope);
                scale[at + i] = rstd[row] * (Math.abs(term) + magnitude + normalScale * slopeMagnitude);
            }
        }
        List<Expected> all = new ArrayList<>(List.of(new Expected.Reals(gradIn, scale)));
        if (op.gradWeight() != null) {
            all.add(gradWeight.expected());
        }
        if (op.gradBias() != null) {
            all.add(gradBias.expected());
        }
        return all;
    }

    static List<Expected> of(RmsNorm op) {
        Values in = Values.read(op.in());
        int n = in.size(-1);
        double[] x = in.reals();
        double[] residual = orElse(op.residual(), x.length, 0);
        double[] weight = orElse(op.weight(), n, 1);
        double offset = op.weight() == null ? 0 : op.weightOffset();
        double[] sum = new double[x.length];
        double[] sumScale = new double[x.length];
        double[] out = new double[x.length];
        double[] scale = new double[x.length];
        double[] rstds = new double[x.length / n];
        double[] rstdScale = new double[x.length / n];
        for (int row = 0; row < rstds.length; row++) {
            int at = row * n;
            double squares = 0;
            double squareScale = 0;
            for (int i = at; i < at + n; i++) {
                sum[i] = x[i] + residual[i];
                sumScale[i] = Math.abs(x[i]) + Math.abs(residual[i]);
                squares += sum[i] * sum[i] / n;
                squareScale += sumScale[i] * sumScale[i] / n;
            }
            double rstd = 1 / Math.sqrt(squares + op.epsilon());
            rstds[row] = rstd;
            double spread = 1 + squareScale / (squares + op.epsilon());
            rstdScale[row] = Double.isFinite(spread) ? rstd * spread : rstd;
            for (int i = 0; i < n; i++) {
                out[at + i] = sum[at + i] * rstd * (weight[i] + offset);
                scale[at + i] = sumScale[at + i] * rstdScale[row] * (Math.abs(weight[i]) + Math.abs(offset));
            }
        }
        List<Expected> all = new ArrayList<>(List.of(new Expected.Reals(out, scale)));
        if (op.sum() != null) {
            all.add(new Expected.Reals(sum, sumScale));
        }
        if (op.rstd() != null) {
            all.add(new Expected.Reals(rstds, rstdScale));
        }
        return all;
    }

    static List<Expected> of(RmsNormBackward op) {
        Values in = Values.read(op.sum());
        double[] s = in.reals();
        double[] g = Values.read(op.gradOut()).reals();
        double[] rstd = Values.read(op.rstd()).reals();
        double[] added = orElse(op.gradSum(), s.length, 0);
        int n = in.size(-1);
        double[] weight = orElse(op.weight(), n, 1);
        double offset = op.weight() == null ? 0 : op.weightOffset();
        double[] gradIn = new double[s.length];
        double[] scale = new double[s.length];
        Sums gradWeight = new Sums(n);
        for (int row = 0; row < s.length / n; row++) {
            int at = row * n;
            double slope = 0;
            double magnitude = 0;
            for (int i = 0; i < n; i++) {
                double normal = s[at + i] * rstd[row];
                double term = g[at + i] * (weight[i] + offset);
                slope += term * normal / n;
                magnitude += Math.abs(term * normal) / n;
                gradWeight.add(i, g[at + i] * normal, Math.abs(g[at + i] * normal));
            }
            for (int i = 0; i < n; i++) {
                double normal = s[at + i] * rstd[row];
                double term = g[at + i] * (weight[i] + offset);
                gradIn[at + i] = rstd[row] * (term - normal * slope) + added[at + i];
                scale[at + i] = rstd[row]
                                * (Math.abs(g[at + i]) * (Math.abs(weight[i]) + Math.abs(offset))
                                        + Math.abs(normal) * magnitude)
                        + Math.abs(added[at + i]);
            }
        }
        List<Expected> all = new ArrayList<>(List.of(new Expected.Reals(gradIn, scale)));
        if (op.gradWeight() != null) {
            all.add(gradWeight.expected());
        }
        return all;
    }

    /** Column sums with the magnitude of their terms. */
    private static final class Sums {
        private final double[] values;
        private final double[] scale;

        Sums(int n) {
            values = new double[n];
            scale = new double[n];
        }

        void add(int i, double value, double magnitude) {
            values[i] += value;
            scale[i] += magnitude;
        }

        Expected expected() {
            return new Expected.Reals(values, scale);
        }
    }

    private static double[] orElse(@Nullable Tensor tensor, int n, double value) {
        if (tensor != null) {
            return Values.read(tensor).reals();
        }
        double[] constant = new double[n];
        Arrays.fill(constant, value);
        return constant;
    }
}
