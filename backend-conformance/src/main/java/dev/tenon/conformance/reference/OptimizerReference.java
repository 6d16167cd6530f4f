package dev.tenon.conformance.reference;

import dev.tenon.op.AdamW;
import java.util.List;

/** The fused optimizer step. */
final class OptimizerReference {
    private OptimizerReference() {}

    static List<Expected> of(AdamW op) {
        double[] w = Values.read(op.parameter()).reals();
        double[] gradient = Values.read(op.gradient()).reals();
        double[] m = Values.read(op.firstMoment()).reals();
        double[] v = Values.read(op.secondMoment()).reals();
        double[] schedule = Values.read(op.schedule()).reals();
        double rate = schedule[0];
        double correction1 = 1 - Math.pow(op.beta1(), schedule[1]);
        double correction2 = 1 - Math.pow(op.beta2(), schedule[1]);
        int n = w.length;
        double[] newW = new double[n];
        double[] wScale = new double[n];
        double[] newM = new double[n];
        double[] mScale = new double[n];
        double[] newV = new double[n];
        for (int i = 0; i < n; i++) {
            double g = gradient[i] * schedule[2];
            newM[i] = op.beta1() * m[i] + (1.0 - op.beta1()) * g;
            newV[i] = op.beta2() * v[i] + (1.0 - op.beta2()) * g * g;
            mScale[i] = op.beta1() * Math.abs(m[i]) + (1.0 - op.beta1()) * Math.abs(g);
            double denominator = Math.sqrt(newV[i] / correction2) + op.epsilon();
            newW[i] = w[i] - rate * (newM[i] / correction1 / denominator + op.weightDecay() * w[i]);
            // The bias corrections are differences of F32 numbers near 1 when few steps are done.
            wScale[i] =
                    Math.abs(w[i]) + Math.abs(rate) * mScale[i] / (correction1 * denominator) * (1 + 1 / correction2);
        }
        return List.of(new Expected.Reals(newW, wScale), new Expected.Reals(newM, mScale), Expected.Reals.of(newV));
    }
}
