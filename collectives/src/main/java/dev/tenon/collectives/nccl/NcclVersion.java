package dev.tenon.collectives.nccl;

/** A version of NCCL, for example 2.27.3. */
public record NcclVersion(int major, int minor, int patch) {
    /** The first that writes two digits more for the minor number. */
    private static final int WIDE = 20_900;

    /** Reads {@code NCCL_VERSION_CODE}: 2804 is 2.8.4, 22703 is 2.27.3. */
    static NcclVersion of(int code) {
        return code < WIDE
                ? new NcclVersion(code / 1000, code / 100 % 10, code % 100)
                : new NcclVersion(code / 10_000, code / 100 % 100, code % 100);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
