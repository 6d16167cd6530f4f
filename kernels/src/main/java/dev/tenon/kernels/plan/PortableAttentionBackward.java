package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.AttentionBackward;
import dev.tenon.spi.DeviceBuffer;

/** The gradient: of queries by tiles of queries, of keys and values by tiles of keys. */
final class PortableAttentionBackward {
    private PortableAttentionBackward() {}

    static void bind(AttentionBackward op, Work work) {
        AttentionProblem problem = AttentionProblem.of(op);
        AttentionTiles tiles = AttentionTiles.backward(problem, work.device()).orElseThrow();
        String defines = problem.defines(tiles, work.device());
        long rows = problem.batch() * problem.heads() * problem.queries();
        long pairs = problem.batch() * problem.keyHeads();
        DeviceBuffer delta = work.scratch(rows * problem.bytes());
        places(
                        work.launch("attention_backward", "attention_delta", defines)
                                .storage(op.gradOut())
                                .storage(op.out())
                                .buffer(delta)
                                .fields(problem.shape(tiles)),
                        op.out())
                .elements(rows);
        places(
                        operands(work.launch("attention_backward", "attention_backward_query", defines), op, delta)
                                .storage(op.gradQuery())
                                .fields(problem.shape(tiles))
                                .value(op.parameters().scale())
                                .value(op.parameters().softCap()),
                        op.gradQuery())
                .groups(Math.ceilDiv(problem.rows(), (long) tiles.rows()) * pairs, tiles.group())
                .local(tiles.localBytes());
        Launch keys = operands(work.launch("attention_backward", "attention_backward_key", defines), op, delta)
                .storage(op.gradKey())
                .storage(op.gradValue())
                .fields(problem.shape(tiles))
                .value(op.parameters().scale())
                .value(op.parameters().softCap());
        places(places(keys, op.gradKey()), op.gradValue())
                .groups(Math.ceilDiv(problem.keys(), (long) tiles.keys()) * pairs, tiles.group())
                .local(tiles.localBytes());
    }

    private static Launch operands(Launch launch, AttentionBackward op, DeviceBuffer delta) {
        return launch.storage(op.query())
                .storage(op.key())
                .storage(op.value())
                .storage(Rows.orElse(op.mask(), op.query()))
                .storage(op.logSumExp())
                .storage(op.gradOut())
                .buffer(delta);
    }

    /** Offset and strides, as arguments. */
    private static Launch places(Launch launch, Tensor tensor) {
        for (long place : AttentionProblem.places(tensor.layout(), 1)) {
            launch.value(place);
        }
        return launch;
    }
}
