package dev.tenon.cpu.op;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.function.DoubleUnaryOperator;

/** Matrix products in F64, for checks: one sum after another. */
final class MatmulF64 implements Runnable {
    private static final int ELEMENT = Double.BYTES;

    private final ThreadTeam team;
    private final Tensor a;
    private final Tensor b;
    private final Tensor out;
    private final Layout layoutA;
    private final Layout layoutB;
    private final Epilogue epilogue;
    private final DoubleUnaryOperator activation;

    MatmulF64(Matmul op, ThreadTeam team) {
        this.team = team;
        a = op.a();
        b = op.b();
        out = op.out();
        Shape batch = out.shape().axes(0, out.shape().rank() - 2);
        layoutA = a.layout().broadcastTo(batch.append(a.size(-2), a.size(-1)));
        layoutB = b.layout().broadcastTo(batch.append(b.size(-2), b.size(-1)));
        epilogue = op.epilogue();
        activation = epilogue.activation() == Activation.NONE ? x -> x : DoubleActivations.of(epilogue.activation());
    }

    @Override
    public void run() {
        if (out.shape().elements() == 0) {
            return;
        }
        long rows = out.shape().elements() / out.size(-1);
        team.run(Math.toIntExact(rows), this::row);
    }

    private void row(int index) {
        long m = out.size(-2);
        long batch = index / m;
        long row = index % m;
        long k = a.size(-1);
        long atA = CpuMatmul.address(a, layoutA, batch) + row * layoutA.stride(-2) * ELEMENT;
        long atB = CpuMatmul.address(b, layoutB, batch);
        long stepA = layoutA.stride(-1) * ELEMENT;
        long stepB = layoutB.stride(-2) * ELEMENT;
        for (long j = 0; j < out.size(-1); j++) {
            long column = atB + j * layoutB.stride(-1) * ELEMENT;
            double sum = 0;
            for (long p = 0; p < k; p++) {
                sum += OffHeap.getDouble(atA + p * stepA) * OffHeap.getDouble(column + p * stepB);
            }
            OffHeap.setDouble(place(out, batch, row, j), finish(sum, batch, row, j));
        }
    }

    private double finish(double sum, long batch, long row, long column) {
        double value = epilogue.scale() == 1 ? sum : epilogue.scale() * sum;
        Tensor bias = epilogue.bias();
        if (bias != null) {
            value += OffHeap.getDouble(
                    Slot.address(bias) + column * bias.layout().stride(0) * ELEMENT);
        }
        value = activation.applyAsDouble(value);
        Tensor residual = epilogue.residual();
        return residual == null ? value : value + OffHeap.getDouble(place(residual, batch, row, column));
    }

    private static long place(Tensor tensor, long batch, long row, long column) {
        Layout layout = tensor.layout();
        return CpuMatmul.address(tensor, layout, batch)
                + (row * layout.stride(-2) + column * layout.stride(-1)) * ELEMENT;
    }
}
