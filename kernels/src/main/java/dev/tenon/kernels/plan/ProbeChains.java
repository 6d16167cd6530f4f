package dev.tenon.kernels.plan;

/** What the probes' chains of F32 multiply-adds compute: each begins with its number times {@link #ADDEND}. */
public final class ProbeChains {
    /** Multiply-adds of a chain. */
    public static final int STEPS = 4096;
    /** So near to 1 that after all steps a result still tells how many there were. */
    public static final float FACTOR = 0.9999f;

    public static final float ADDEND = 0.01f;

    private ProbeChains() {}

    /** What so many chains add up to. */
    public static float sum(int chains) {
        float total = 0;
        for (int chain = 0; chain < chains; chain++) {
            float sum = ADDEND * chain;
            for (int step = 0; step < STEPS; step++) {
                sum = Math.fma(sum, FACTOR, ADDEND);
            }
            total += sum;
        }
        return total;
    }

    /** Whether a result is that sum, in whatever order its chains were added up. */
    public static boolean isSum(float result, float expected) {
        return Math.abs(result - expected) <= 1e-5f * expected;
    }
}
