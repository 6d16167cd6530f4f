/*
 * An activation that is known at run time, for a compute type REAL; the portable and the tensor-core kernels' epilogues have it. Called, since
 * an item finishes many results and all functions are in each.
 */
/* In the order of Activation. */
TN_CALLED REAL tn_activate(i32 activation, REAL x) {
    switch (activation) {
    case 1:
        return tn_RELU(x);
    case 2:
        return tn_GELU(x);
    case 3:
        return tn_GELU_TANH(x);
    case 4:
        return tn_GELU_QUICK(x);
    case 5:
        return tn_SILU(x);
    case 6:
        return tn_SIGMOID(x);
    case 7:
        return tn_TANH(x);
    default:
        return x;
    }
}
