package dev.tenon.conformance.reference;

import dev.tenon.op.Rope;
import java.util.List;

/** Rotary position embedding. */
final class RopeReference {
    private RopeReference() {}

    static List<Expected> of(Rope op) {
        Values in = Values.read(op.in());
        Values positions = Values.read(op.positions());
        double[] frequencies = Values.read(op.frequencies()).reals();
        double[] x = in.reals();
        double[] out = x.clone();
        double[] scale = new double[x.length];
        int tokens = in.size(1);
        int heads = in.size(2);
        int size = in.size(3);
        int pairs = frequencies.length;
        for (int i = 0; i < scale.length; i++) {
            scale[i] = 0;
        }
        for (int head = 0; head < (size == 0 ? 0 : x.length / size); head++) {
            int token = head / heads;
            long position = positions.whole(positions.shape().rank() == 1 ? token % tokens : token);
            for (int pair = 0; pair < pairs; pair++) {
                int first = head * size + (op.pairing() == Rope.Pairing.ADJACENT ? 2 * pair : pair);
                int second = op.pairing() == Rope.Pairing.ADJACENT ? first + 1 : first + pairs;
                double angle = position * frequencies[pair] * (op.inverse() ? -1 : 1);
                double cosine = Math.cos(angle) * op.magnitude();
                double sine = Math.sin(angle) * op.magnitude();
                out[first] = x[first] * cosine - x[second] * sine;
                out[second] = x[first] * sine + x[second] * cosine;
                double magnitude = (Math.abs(x[first]) + Math.abs(x[second])) * Math.abs(op.magnitude());
                // The angle is rounded to F32 before the turn: an error in proportion to the angle.
                scale[first] = magnitude * (1 + Math.abs(angle));
                scale[second] = scale[first];
            }
        }
        return List.of(new Expected.Reals(out, scale));
    }
}
