package dev.tenon.cpu.attention;

import dev.tenon.op.AttentionBackward;

/**
 * A backward attention with its operands resolved.
 *
 * @param forward what was computed; its outputs are read here
 * @param logSumExp what the forward operator wrote
 */
record BackwardProblem(
        AttentionProblem forward,
        Operand logSumExp,
        Operand gradOut,
        Operand gradQuery,
        Operand gradKey,
        Operand gradValue,
        int keys) {
    static BackwardProblem of(AttentionBackward op) {
        return new BackwardProblem(
                AttentionProblem.of(op),
                Operand.of(op.logSumExp()),
                Operand.of(op.gradOut()),
                Operand.of(op.gradQuery()),
                Operand.of(op.gradKey()),
                Operand.of(op.gradValue()),
                Math.toIntExact(op.key().shape().size(2)));
    }
}
