package dev.tenon.error;

import java.util.List;

/** Operands whose element types an operator cannot take, on any device. */
public final class DTypeException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String op;
    private final transient List<?> types;

    /**
     * @param op the operator's name
     * @param types the operands' types, in the operator's order
     */
    public DTypeException(String op, String problem, List<?> types) {
        super(op + ": " + problem + (types.isEmpty() ? "" : ", types " + types));
        this.op = op;
        this.types = List.copyOf(types);
    }

    public String op() {
        return op;
    }

    public List<?> types() {
        return types;
    }
}
