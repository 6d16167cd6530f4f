package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.CudaPlan.Launches;
import dev.tenon.kernels.cuda.CudaPlan.ScratchBuffer;
import dev.tenon.op.AttentionBackward;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Attention's gradient on Hopper's warpgroups: attention_backward_hopper.h. */
final class HopperAttentionBackward {
    /** Keys or queries of a block; those that it goes through at a time are this or a box. */
    private static final int OWN = 128;

    private static final int BOX = 64;
    private static final int STAGES = 2;
    /** Threads of a block of the kernel that prepares rows, and how many of them share a row. */
    private static final int ROWS_THREADS = 128;

    private static final int LANES = 16;
    private static final List<Integer> HEAD_SIZES = List.of(64, 80, 96, 128);

    private HopperAttentionBackward() {}

    /** Operands are aligned and positions few enough already; declined where the kernels for sm_80 serve. */
    static CudaPlan plan(AttentionBackward op, AttentionOperands operands, CudaTraits device) {
        int head = operands.headSize();
        Optional<String> reason = whyNot(op, operands, device);
        if (reason.isPresent()) {
            return new Declined(reason.get());
        }
        String type = operands.query().dtype() == DType.BF16 ? "bf16" : "f16";
        String file = "attention_backward_hopper_" + type;
        String name = "backward_hopper_" + type;
        long batch = operands.query().size(0);
        long heads = operands.query().size(1);
        long queryTiles = Math.ceilDiv(operands.query().size(2), (long) OWN);
        long rows = batch * heads * queryTiles * OWN;
        CudaArgument shape = new CudaArgument.Fields(operands.shape(1));
        List<CudaLaunch> launches = List.of(
                new CudaLaunch(
                        CudaKernel.hopper(file, name + "_rows"),
                        List.of(
                                operands.memory(op.out()),
                                operands.memory(op.gradOut()),
                                operands.memory(operands.sums()),
                                new CudaArgument.Scratch(0),
                                shape,
                                GradPlaces.of(op.out(), op.out()),
                                CudaArgument.of((long) head)),
                        rows / (ROWS_THREADS / LANES),
                        1,
                        1,
                        ROWS_THREADS,
                        0),
                launch(
                        CudaKernel.hopper(file, name + "_queries_" + head),
                        operands,
                        List.of(operands.memory(op.gradQuery())),
                        List.of(shape, GradPlaces.of(op.gradQuery(), op.gradQuery())),
                        queryTiles,
                        batch * heads,
                        sharedBytes(head, OWN)),
                launch(
                        CudaKernel.hopper(file, name + "_keys_" + head),
                        operands,
                        List.of(operands.memory(op.gradKey()), operands.memory(op.gradValue())),
                        List.of(shape, GradPlaces.of(op.gradKey(), op.gradValue())),
                        Math.ceilDiv(operands.keys(), (long) OWN),
                        operands.pairs(),
                        sharedBytes(head, BOX)));
        return new Launches(launches, List.of(new ScratchBuffer(2 * rows * Float.BYTES, false)));
    }

    private static Optional<String> whyNot(AttentionBackward op, AttentionOperands operands, CudaTraits device) {
        int head = operands.headSize();
        if (operands.mask() != null) {
            return Optional.of("no kernel for sm_90a adds a mask");
        }
        if (!HEAD_SIZES.contains(head)) {
            return Optional.of("heads of " + head + " elements, not one of " + HEAD_SIZES);
        }
        if (operands.query().size(0) * operands.query().size(1) > CudaLaunch.MOST_BLOCKS_YZ) {
            return Optional.of("more than " + CudaLaunch.MOST_BLOCKS_YZ + " batch rows times heads");
        }
        int shared = sharedBytes(head, OWN);
        if (shared > device.sharedBytes()) {
            return Optional.of("a block for sm_90a needs " + shared + " bytes of shared memory");
        }
        return HopperHeads.whyNot("query", operands.query())
                .or(() -> HopperHeads.whyNot("key", operands.key()))
                .or(() -> HopperHeads.whyNot("value", operands.value()))
                .or(() -> HopperHeads.whyNot("gradOut", op.gradOut()));
    }

    private static CudaLaunch launch(
            CudaKernel kernel,
            AttentionOperands operands,
            List<CudaArgument> grads,
            List<CudaArgument> places,
            long blocks,
            long pairs,
            int shared) {
        List<CudaArgument> arguments = new ArrayList<>(List.of(
                HopperHeads.map(operands.query(), BOX),
                HopperHeads.map(operands.key(), BOX),
                HopperHeads.map(operands.value(), BOX),
                HopperHeads.map(operands.out(), BOX),
                new CudaArgument.Scratch(0)));
        arguments.addAll(grads);
        arguments.addAll(places);
        arguments.add(CudaArgument.of(operands.parameters().scale()));
        arguments.add(CudaArgument.of(operands.parameters().softCap()));
        return new CudaLaunch(kernel, List.copyOf(arguments), blocks, pairs, 1, HopperHeads.THREADS, shared);
    }

    /** A block's own two tiles; stages of two tiles with two numbers for each line; counters. */
    private static int sharedBytes(int head, int lines) {
        return 2 * HopperHeads.bytes(OWN, head)
                + STAGES * (2 * HopperHeads.bytes(lines, head) + 2 * lines * Float.BYTES)
                + (1 + 2 * STAGES) * Long.BYTES
                + HopperHeads.ALIGNMENT;
    }
}
