package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of operands with the absent ones left out. */
final class Operands {
    private Operands() {}

    static List<Tensor> of(@Nullable Tensor... operands) {
        List<Tensor> present = new ArrayList<>(operands.length);
        for (Tensor operand : operands) {
            if (operand != null) {
                present.add(operand);
            }
        }
        return present;
    }
}
