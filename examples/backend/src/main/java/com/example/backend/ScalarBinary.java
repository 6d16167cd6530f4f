package com.example.backend;

import dev.tenon.Layout;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import java.util.Optional;

final class ScalarBinary {
    private ScalarBinary() {}

    @FunctionalInterface
    interface Function {
        float of(float a, float b);
    }

    /** Empty for what does not give an F32. */
    static Optional<Function> function(BinaryKind kind) {
        return Optional.ofNullable(
                switch (kind) {
                    case ADD -> (a, b) -> a + b;
                    case SUBTRACT -> (a, b) -> a - b;
                    case MULTIPLY -> (a, b) -> a * b;
                    case DIVIDE -> (a, b) -> a / b;
                    case REMAINDER -> (a, b) -> a % b;
                    case POWER -> (a, b) -> (float) Math.pow(a, b);
                    case MAXIMUM -> Math::max;
                    case MINIMUM -> Math::min;
                    default -> null;
                });
    }

    /** The shapes may differ: each operand is read as if it had the output's. The output may lie on an operand. */
    static Runnable bind(Binary op) {
        Function function = function(op.kind()).orElseThrow();
        Elements a = Elements.of(op.a());
        Elements b = Elements.of(op.b());
        Elements out = Elements.of(op.out());
        Layout wideA = a.layout().broadcastTo(op.out().shape());
        Layout wideB = b.layout().broadcastTo(op.out().shape());
        return () -> Elements.forEach(
                places -> out.set(places[2], function.of(a.get(places[0]), b.get(places[1]))),
                wideA,
                wideB,
                out.layout());
    }
}
