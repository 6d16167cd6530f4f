package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The reduction of one tensor a rank, given to every rank, for ranks of one process on one device. Summed in rank order
 * in F32 or wider, so every rank gets the same bits.
 *
 * @param kind SUM, MEAN, MAX or MIN
 * @param in one tensor a rank, at least one; one shape; a float type, I64 or I32 (integers: not MEAN)
 * @param out one tensor a rank, the shape and type of {@code in}; rank by rank may be {@code in} itself
 */
public record AllReduce(ReduceKind kind, List<Tensor> in, List<Tensor> out) implements Op {
    public AllReduce {
        in = List.copyOf(in);
        out = List.copyOf(out);
    }

    @Override
    public List<Tensor> inputs() {
        return new ArrayList<>(in);
    }

    @Override
    public List<Tensor> outputs() {
        return new ArrayList<>(out);
    }
}
