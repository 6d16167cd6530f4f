package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The negative logarithm of the target's softmax probability, row by row: {@code logSumExp(logits) - logits[target]}.
 *
 * @param logits [n, classes], a float type
 * @param targets [n], I64 or I32
 * @param ignore the target that gives loss 0 and no gradient (often -100)
 * @param losses [n], F32 (F64 for F64 logits)
 * @param logSumExp [n], the losses' type: what {@link CrossEntropyBackward} needs, of ignored rows
 *     too; may be absent
 */
public record CrossEntropy(
        Tensor logits,
        Tensor targets,
        long ignore,
        Tensor losses,
        @Nullable Tensor logSumExp) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(logits, targets);
    }

    @Override
    public List<Tensor> outputs() {
        return Operands.of(losses, logSumExp);
    }
}
