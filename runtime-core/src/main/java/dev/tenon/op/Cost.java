package dev.tenon.op;

/**
 * What an operator costs at least: the floating-point operations that its definition needs (a multiply-add is two), and
 * the bytes of its operands, each counted once. Rooflines and profiles divide by these.
 */
public record Cost(double flops, double bytes) {
    /** Operations a byte; what the roofline's horizontal axis shows. */
    public double intensity() {
        return bytes == 0 ? 0 : flops / bytes;
    }

    /** The cost of {@code op}; {@link CostModel} says how each is counted. */
    public static Cost of(Op op) {
        return CostModel.of(op);
    }
}
