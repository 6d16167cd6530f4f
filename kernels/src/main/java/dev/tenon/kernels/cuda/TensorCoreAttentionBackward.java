package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.CudaPlan.Launches;
import dev.tenon.kernels.cuda.CudaPlan.ScratchBuffer;
import dev.tenon.op.AttentionBackward;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tensor-core kernels of attention's gradient, or why none applies: attention_backward.h. */
public final class TensorCoreAttentionBackward {
    private static final int THREADS = 128;
    /** Rows or keys that a block has, and those that it goes through at a time. */
    private static final int OWN = 64;

    private static final int OTHER = 32;
    /** The largest head whose gradients of keys and values one block holds together. */
    private static final int MOST_TOGETHER = 128;
    /** Kernels count positions from a block's keys in 32 bits. */
    private static final long MOST_POSITIONS = 1L << 30;

    private TensorCoreAttentionBackward() {}

    /**
     * @param op checked, on one device, whose buffers start on multiples of 16 bytes
     * @return launches that compute the whole operator, or why these kernels cannot
     */
    public static CudaPlan plan(AttentionBackward op, CudaTraits device) {
        AttentionOperands operands = AttentionOperands.of(op);
        if (operands.isEmpty()) {
            return new Declined("there are no queries");
        }
        Optional<String> reason = operands.whyNot(device)
                .or(() -> AttentionOperands.unaligned("out", op.out()))
                .or(() -> AttentionOperands.unaligned("gradQuery", op.gradQuery()))
                .or(() -> AttentionOperands.unaligned("gradKey", op.gradKey()))
                .or(() -> AttentionOperands.unaligned("gradValue", op.gradValue()));
        if (reason.isPresent()) {
            return new Declined(reason.get());
        }
        int shared = sharedBytes(operands.headSize());
        if (shared > device.sharedBytes()) {
            return new Declined(
                    "a block needs " + shared + " bytes of shared memory, the device has " + device.sharedBytes());
        }
        long rows = operands.pairs() * operands.rows();
        if (operands.keys() + operands.rows() > MOST_POSITIONS || rows > Integer.MAX_VALUE) {
            return new Declined("more positions than the kernels count");
        }
        String why = "";
        if (device.isHopper()) {
            switch (HopperAttentionBackward.plan(op, operands, device)) {
                case Launches hopper -> {
                    return hopper;
                }
                case Declined declined -> why = declined.reason();
            }
        }
        return new Launches(
                launches(op, operands, rows, shared), List.of(new ScratchBuffer(rows * Float.BYTES, false)), why);
    }

    private static List<CudaLaunch> launches(AttentionBackward op, AttentionOperands operands, long rows, int shared) {
        String file = operands.query().dtype() == DType.BF16 ? "attention_backward_bf16" : "attention_backward_f16";
        String name = operands.query().dtype() == DType.BF16 ? "backward_bf16" : "backward_f16";
        int head = operands.headSize();
        CudaArgument.Fields shape = new CudaArgument.Fields(operands.shape(1));
        List<CudaLaunch> launches = new ArrayList<>(4);
        launches.add(new CudaLaunch(
                CudaKernel.ampere(file, name + "_delta"),
                List.of(
                        operands.memory(op.out()),
                        operands.memory(op.gradOut()),
                        new CudaArgument.Scratch(0),
                        shape,
                        GradPlaces.of(op.out(), op.out()),
                        CudaArgument.of((long) head)),
                Math.ceilDiv(rows, THREADS / 32),
                1,
                1,
                THREADS,
                0));
        launches.add(launch(
                CudaKernel.ampere(file, name + "_queries_" + head),
                operands,
                List.of(operands.memory(op.gradQuery())),
                shape,
                GradPlaces.of(op.gradQuery(), op.gradQuery()),
                Math.ceilDiv(operands.rows(), (long) OWN),
                shared));
        if (operands.keys() > 0) {
            List<CudaArgument> grads = List.of(operands.memory(op.gradKey()), operands.memory(op.gradValue()));
            List<String> kernels = head <= MOST_TOGETHER ? List.of("_keys_") : List.of("_keys_", "_values_");
            for (String kernel : kernels) {
                launches.add(launch(
                        CudaKernel.ampere(file, name + kernel + head),
                        operands,
                        grads,
                        shape,
                        GradPlaces.of(op.gradKey(), op.gradValue()),
                        Math.ceilDiv(operands.keys(), (long) OWN),
                        shared));
            }
        }
        return launches;
    }

    private static CudaLaunch launch(
            CudaKernel kernel,
            AttentionOperands operands,
            List<CudaArgument> grads,
            CudaArgument.Fields shape,
            CudaArgument places,
            long blocks,
            int shared) {
        List<CudaArgument> arguments = new ArrayList<>(List.of(
                operands.memory(operands.query()),
                operands.memory(operands.key()),
                operands.memory(operands.value()),
                operands.memory(operands.mask()),
                operands.memory(operands.sums()),
                operands.memory(operands.out()),
                new CudaArgument.Scratch(0)));
        arguments.addAll(grads);
        arguments.add(shape);
        arguments.add(places);
        arguments.add(CudaArgument.of(operands.parameters().scale()));
        arguments.add(CudaArgument.of(operands.parameters().softCap()));
        return new CudaLaunch(kernel, List.copyOf(arguments), blocks, operands.pairs(), 1, THREADS, shared);
    }

    /** A block's own two tiles; two stages of two tiles with three numbers for each row. */
    private static int sharedBytes(int head) {
        int line = TensorCoreAttention.line(head);
        return 2 * OWN * line + 2 * (2 * OTHER * line + 3 * OTHER * Float.BYTES);
    }
}
