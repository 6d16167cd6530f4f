package dev.tenon.models.generate;

/** Why a text ended. */
public enum StopReason {
    /** The model wrote a token that ends a text or a turn. */
    EOS("eos"),
    /** A stop string appeared; it is not part of the text. */
    STOP("stop"),
    /** As many tokens as were asked for. */
    LENGTH("length"),
    /** The context is full. */
    CONTEXT("context"),
    /** The listener wanted no more. */
    CANCELLED("cancelled");

    private final String label;

    StopReason(String label) {
        this.label = label;
    }

    /** As it appears in JSON. */
    public String label() {
        return label;
    }
}
