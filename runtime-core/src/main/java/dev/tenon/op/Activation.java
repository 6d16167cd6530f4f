package dev.tenon.op;

/** The activations that a matmul's epilogue and {@link GatedActivation} can apply; each is the {@link UnaryKind} of its name. */
public enum Activation {
    NONE,
    RELU,
    GELU,
    GELU_TANH,
    GELU_QUICK,
    SILU,
    SIGMOID,
    TANH
}
