package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Every rank's tensor, joined along axis 0 in rank order, given to every rank, for ranks of one process on one device.
 *
 * @param in one tensor a rank, [n, ...], any plain type
 * @param out one tensor a rank, [ranks * n, ...], the type of {@code in}
 */
public record AllGather(List<Tensor> in, List<Tensor> out) implements Op {
    public AllGather {
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
