package dev.tenon.kernels.cuda;

/** What a matrix product comes to as a call of a BLAS, or why it cannot be one. */
public sealed interface BlasPlan permits BlasGemm, BlasPlan.Declined {
    /**
     * No call means the same.
     *
     * @param reason for the profile, for example {@code cuBLASLt has no such activation}
     */
    record Declined(String reason) implements BlasPlan {}
}
