package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.Shape;

/**
 * One operand of a case.
 *
 * @param name by which the case's builder asks for it
 * @param placement how it lies in memory
 * @param content what it holds at first
 */
public record Operand(String name, DType dtype, Shape shape, Placement placement, Content content) {
    /** An input or an operand updated in place. */
    public static Operand in(String name, DType dtype, Placement placement, Content content, long... sizes) {
        return new Operand(name, dtype, Shape.of(sizes), placement, content);
    }

    /** A contiguous input of the type's usual values. */
    public static Operand in(String name, DType dtype, long... sizes) {
        return in(name, dtype, Placement.CONTIGUOUS, Content.any(dtype), sizes);
    }

    /** An output. */
    public static Operand out(String name, DType dtype, Placement placement, long... sizes) {
        return new Operand(name, dtype, Shape.of(sizes), placement, Content.OUTPUT);
    }

    /** A contiguous output. */
    public static Operand out(String name, DType dtype, long... sizes) {
        return out(name, dtype, Placement.CONTIGUOUS, sizes);
    }

    boolean isOutput() {
        return content == Content.OUTPUT;
    }
}
