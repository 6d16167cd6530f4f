package dev.tenon.cuda.ptx;

/** PTX that cannot be run, or that does what a device would not let it do. A test that comes to it fails. */
public final class PtxError extends AssertionError {
    private static final long serialVersionUID = 1L;

    public PtxError(String message) {
        super(message);
    }

    PtxError(String message, Throwable cause) {
        super(message, cause);
    }
}
