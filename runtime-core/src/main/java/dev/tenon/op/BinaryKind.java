package dev.tenon.op;

/** The functions of two elements that {@link Binary} applies. */
public enum BinaryKind {
    ADD,
    SUBTRACT,
    MULTIPLY,
    /** Integers truncate toward zero; an integer divided by 0 gives 0. */
    DIVIDE,
    /** With the sign of the dividend, as C's fmod; an integer's remainder by 0 is 0. */
    REMAINDER,
    /** Float types only. 1 or -1 to the power of NaN or an infinity is left open: C and Java differ there. */
    POWER,
    /** NaN where either is NaN. */
    MAXIMUM,
    /** NaN where either is NaN. */
    MINIMUM,
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_EQUAL,
    GREATER,
    GREATER_EQUAL,
    /** BOOL and integers (bitwise). */
    AND,
    /** BOOL and integers (bitwise). */
    OR,
    /** BOOL and integers (bitwise). */
    XOR;

    /** Whether the result is BOOL whatever the operands' type. */
    public boolean isComparison() {
        return ordinal() >= EQUAL.ordinal() && ordinal() <= GREATER_EQUAL.ordinal();
    }

    /** Whether only BOOL and integers are taken. */
    public boolean isBitwise() {
        return ordinal() >= AND.ordinal();
    }
}
