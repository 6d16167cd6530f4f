package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.setDouble;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;

/** {@link dev.tenon.op.AdamW}'s step: operands parameter, gradient, first and second moment. */
public final class AdamKernels {
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double weightDecay;
    private double rate;
    private double correction1;
    private double correction2;
    private double gradScale;

    public AdamKernels(float beta1, float beta2, float epsilon, float weightDecay) {
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.weightDecay = weightDecay;
    }

    /** Sets what the next run uses. */
    public void schedule(float newRate, float step, float newGradScale) {
        rate = newRate;
        correction1 = 1 / (1 - Math.pow(beta1, step));
        correction2 = 1 / (1 - Math.pow(beta2, step));
        gradScale = newGradScale;
    }

    public void stepF32(long[] at, int count) {
        long parameters = at[0] & ADDRESS_MASK;
        long gradients = at[1] & ADDRESS_MASK;
        long firsts = at[2] & ADDRESS_MASK;
        long seconds = at[3] & ADDRESS_MASK;
        float keep1 = (float) beta1;
        float keep2 = (float) beta2;
        float take1 = (float) ((1 - beta1) * gradScale);
        float take2 = (float) ((1 - beta2) * gradScale * gradScale);
        float step = (float) (rate * correction1);
        float root = (float) correction2;
        float decay = (float) (1 - rate * weightDecay);
        float least = (float) epsilon;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector g = load(gradients + 4L * i);
            FloatVector m = load(firsts + 4L * i).mul(keep1).add(g.mul(take1));
            FloatVector v = load(seconds + 4L * i).mul(keep2).add(g.mul(g).mul(take2));
            FloatVector change = m.mul(step).div(v.mul(root).sqrt().add(least));
            store(firsts + 4L * i, m);
            store(seconds + 4L * i, v);
            store(parameters + 4L * i, load(parameters + 4L * i).mul(decay).sub(change));
        }
    }

    public void stepF64(long[] at, int count) {
        for (int i = 0; i < count; i++) {
            long offset = 8L * i;
            double w = getDouble(at[0] + offset);
            double g = gradScale * getDouble(at[1] + offset);
            double m = beta1 * getDouble(at[2] + offset) + (1 - beta1) * g;
            double v = beta2 * getDouble(at[3] + offset) + (1 - beta2) * g * g;
            setDouble(at[2] + offset, m);
            setDouble(at[3] + offset, v);
            double change = m * correction1 / (Math.sqrt(v * correction2) + epsilon);
            setDouble(at[0] + offset, w - rate * (change + weightDecay * w));
        }
    }
}
