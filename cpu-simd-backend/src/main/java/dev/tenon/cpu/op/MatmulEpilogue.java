package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Tensor;
import dev.tenon.cpu.gemm.RowEpilogue;
import dev.tenon.cpu.kernel.EpilogueKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.plan.Stage;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import org.jspecify.annotations.Nullable;

/** A matmul's epilogue, applied to runs of finished sums: {@code activation(scale * sum + bias) + residual}. */
final class MatmulEpilogue implements RowEpilogue {
    private final float scale;
    private final long bias;
    private final long biasStep;
    private final DType biasType;
    private final Activation activation;
    private final long[] residuals;
    private final DType residualType;
    private final long rowStep;
    private final long columnStep;

    private MatmulEpilogue(Epilogue epilogue, @Nullable Layout residualLayout, int batch) {
        scale = epilogue.scale();
        activation = epilogue.activation();
        Tensor biasTensor = epilogue.bias();
        if (biasTensor == null) {
            bias = 0;
            biasStep = 0;
            biasType = DType.F32;
        } else {
            bias = Slot.address(biasTensor);
            biasType = biasTensor.dtype();
            biasStep = biasTensor.layout().stride(0) * biasType.blockBytes();
        }
        Tensor residual = epilogue.residual();
        if (residual == null || residualLayout == null) {
            residuals = new long[0];
            residualType = DType.F32;
            rowStep = 0;
            columnStep = 0;
        } else {
            residualType = residual.dtype();
            residuals = new long[batch];
            for (int i = 0; i < batch; i++) {
                residuals[i] = CpuMatmul.address(Slot.storage(residual), residualType, residualLayout, i);
            }
            rowStep = residualLayout.stride(-2) * residualType.blockBytes();
            columnStep = residualLayout.stride(-1) * residualType.blockBytes();
        }
    }

    /**
     * @param residual the residual's layout in the form that the products take it
     * @return null where there is nothing to do
     */
    static @Nullable MatmulEpilogue of(Epilogue epilogue, @Nullable Layout residual, int batch) {
        return epilogue.isNone() ? null : new MatmulEpilogue(epilogue, residual, batch);
    }

    @Override
    public void apply(long values, int batch, int row, int column, int count) {
        if (scale != 1) {
            EpilogueKernels.scale(values, scale, count);
        }
        for (int done = 0; done < count; done += Scratch.TILE) {
            int n = Math.min(Scratch.TILE, count - done);
            long at = values + 4L * done;
            if (bias != 0) {
                long from = bias + (column + done) * biasStep;
                EpilogueKernels.add(at, floats(biasType, from, biasStep, n), n);
            }
            if (activation != Activation.NONE) {
                EpilogueKernels.activate(activation, at, n);
            }
            if (residuals.length > 0) {
                long from = residuals[batch] + row * rowStep + (column + done) * columnStep;
                EpilogueKernels.add(at, floats(residualType, from, columnStep, n), n);
            }
        }
    }

    /** The address of {@code n} contiguous F32: the operand's own where it is that, else a staged copy. */
    private static long floats(DType type, long from, long step, int n) {
        if (type == DType.F32 && step == Float.BYTES) {
            return from;
        }
        long tile = Scratch.current().tile(0);
        Stage.load(Domain.F32, type, from, step, tile, n);
        return tile;
    }
}
