package dev.tenon.conformance;

import dev.tenon.Device;
import dev.tenon.op.Op;
import java.util.List;
import java.util.function.Function;

/**
 * One use of one operator. The same record drives the tests (run and compared with the reference), the operation count
 * ({@link BoundCase#cost}) and the benchmark (run and timed).
 *
 * @param op the operator's record
 * @param name unique among the operator's cases; says types, shapes, layouts and attributes
 * @param operands in the order in which they are filled
 * @param build makes the operator from its operands
 */
public record OpCase(Class<? extends Op> op, String name, List<Operand> operands, Function<Bindings, Op> build) {
    public OpCase {
        operands = List.copyOf(operands);
    }

    /** Allocates and fills the operands on a device; the same seed gives the same values on every device. */
    public BoundCase bind(Device device, long seed) {
        return BoundCase.of(this, device, seed);
    }

    /** Allocates the operands and fills none: to ask about the operator, not to run it. */
    public BoundCase bindUnfilled(Device device) {
        return BoundCase.unfilled(this, device);
    }

    /** The operands without their contents. */
    List<String> describe() {
        return operands.stream()
                .map(o -> o.name() + " " + o.dtype() + o.shape() + " " + o.placement() + " " + o.isOutput())
                .toList();
    }

    /** The operator's name with the case's. */
    @Override
    public String toString() {
        return op.getSimpleName() + " " + name;
    }
}
