package dev.tenon.cpu.op;

import dev.tenon.cpu.math.DoubleMath;
import dev.tenon.op.Activation;
import java.util.function.DoubleUnaryOperator;

/** Activations in F64. */
final class DoubleActivations {
    private DoubleActivations() {}

    static DoubleUnaryOperator of(Activation activation) {
        return switch (activation) {
            case NONE -> DoubleUnaryOperator.identity();
            case RELU -> DoubleMath::relu;
            case GELU -> DoubleMath::gelu;
            case GELU_TANH -> DoubleMath::geluTanh;
            case GELU_QUICK -> DoubleMath::geluQuick;
            case SILU -> DoubleMath::silu;
            case SIGMOID -> DoubleMath::sigmoid;
            case TANH -> Math::tanh;
        };
    }
}
