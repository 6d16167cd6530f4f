package dev.tenon.error;

import java.util.List;

/** Operands whose shapes, axes or strides an operator cannot take. Nothing was computed and nothing was changed. */
public final class ShapeException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String op;
    private final transient List<?> shapes;

    /**
     * @param op the operator's name, for example {@code matmul}
     * @param shapes the operands' shapes, in the operator's order
     */
    public ShapeException(String op, String problem, List<?> shapes) {
        super(op + ": " + problem + (shapes.isEmpty() ? "" : ", operands " + shapes));
        this.op = op;
        this.shapes = List.copyOf(shapes);
    }

    public String op() {
        return op;
    }

    public List<?> shapes() {
        return shapes;
    }
}
