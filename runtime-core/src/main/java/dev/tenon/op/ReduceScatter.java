package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The reduction of one tensor a rank, each rank given its share of axis 0, for ranks of one process on one device.
 *
 * @param kind SUM, MEAN, MAX or MIN
 * @param in one tensor a rank, [ranks * n, ...]; types as for {@link AllReduce}
 * @param out one tensor a rank, [n, ...], the type of {@code in}
 */
public record ReduceScatter(ReduceKind kind, List<Tensor> in, List<Tensor> out) implements Op {
    public ReduceScatter {
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
