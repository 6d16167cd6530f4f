package dev.tenon.models.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.InvalidArgumentException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int DRAWS = 40_000;

    /** Logarithms of 0.4, 0.3, 0.2 and 0.1, in another order. */
    private static final float[] LOGITS = {
        (float) Math.log(0.2), (float) Math.log(0.4), (float) Math.log(0.1), (float) Math.log(0.3)
    };

    private static double[] frequencies(SamplingOptions options, float[] logits) {
        Sampler sampler = new Sampler(options);
        double[] counts = new double[logits.length];
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.next(logits.clone())] += 1.0 / DRAWS;
        }
        return counts;
    }

    private static SamplingOptions drawing() {
        return SamplingOptions.GREEDY.withTemperature(1).withSeed(42);
    }

    @Test
    void greedyTakesTheLargestAndTheLowerOfEquals() {
        assertEquals(1, new Sampler(SamplingOptions.GREEDY).next(LOGITS.clone()));
        assertEquals(0, new Sampler(SamplingOptions.GREEDY).next(new float[] {2, 1, 2}));
        assertEquals(2, new Sampler(SamplingOptions.GREEDY).next(new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 0}));
    }

    @Test
    void logitsThatAreNoNumbersAreAnError() {
        Sampler sampler = new Sampler(SamplingOptions.GREEDY);
        assertThrows(InvalidArgumentException.class, () -> sampler.next(new float[] {Float.NaN, Float.NaN}));
    }

    // Four standard deviations of a frequency of 0.4 over 40,000 draws are 0.01.
    @Test
    void drawsFollowTheProbabilities() {
        assertArrayEquals(new double[] {0.2, 0.4, 0.1, 0.3}, frequencies(drawing(), LOGITS), 0.01);
    }

    @Test
    void temperatureSharpens() {
        // Squares: 0.04, 0.16, 0.01 and 0.09 of 0.30.
        assertArrayEquals(
                new double[] {0.1333, 0.5333, 0.0333, 0.3},
                frequencies(drawing().withTemperature(0.5), LOGITS),
                0.01);
    }

    @Test
    void topKKeepsTheMostProbable() {
        assertArrayEquals(
                new double[] {0, 4 / 7.0, 0, 3 / 7.0}, frequencies(drawing().withLimits(2, 1, 0), LOGITS), 0.01);
    }

    @Test
    void topPKeepsTheFewestThatReachTheMass() {
        double[] two = {0, 4 / 7.0, 0, 3 / 7.0};
        double[] three = {2 / 9.0, 4 / 9.0, 0, 3 / 9.0};
        assertArrayEquals(two, frequencies(drawing().withLimits(0, 0.69, 0), LOGITS), 0.01);
        assertArrayEquals(three, frequencies(drawing().withLimits(0, 0.71, 0), LOGITS), 0.01);
        assertArrayEquals(two, frequencies(drawing().withLimits(3, 0.69, 0), LOGITS), 0.01);
    }

    @Test
    void minPDropsWhatIsFarBelowTheMostProbable() {
        assertArrayEquals(
                new double[] {2 / 9.0, 4 / 9.0, 0, 3 / 9.0},
                frequencies(drawing().withLimits(0, 1, 0.3), LOGITS),
                0.01);
    }

    @Test
    void theSameSeedDrawsTheSame() {
        int[] one = draws(7);
        assertArrayEquals(one, draws(7));
        assertTrue(!java.util.Arrays.equals(one, draws(8)));
    }

    private static int[] draws(long seed) {
        Sampler sampler = new Sampler(drawing().withSeed(seed));
        int[] ids = new int[100];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = sampler.next(LOGITS.clone());
        }
        return ids;
    }

    @Test
    void repetitionPenaltyCountsPromptAndText() {
        Sampler sampler = new Sampler(SamplingOptions.GREEDY.withPenalties(2, 0, 0));
        sampler.prompt(1);
        float[] logits = {3, 5, -1};
        assertEquals(0, sampler.next(logits.clone()), "5 / 2 is under 3");
        assertEquals(1, sampler.next(logits.clone()), "3 / 2 is under 5 / 2");
        float[] negative = {-2, -3, -3.5f};
        assertEquals(2, sampler.next(negative), "-2 * 2 and -3 * 2 are under -3.5");
    }

    @Test
    void presenceAndFrequencyPenaltiesCountTheTextOnly() {
        Sampler presence = new Sampler(SamplingOptions.GREEDY.withPenalties(1, 1.5, 0));
        presence.prompt(0);
        Set<Integer> chosen = new TreeSet<>();
        for (int i = 0; i < 3; i++) {
            chosen.add(presence.next(new float[] {3, 2, 0}));
        }
        assertEquals(Set.of(0, 1), chosen);
        Sampler frequency = new Sampler(SamplingOptions.GREEDY.withPenalties(1, 0, 0.4));
        int[] ids = new int[4];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = frequency.next(new float[] {3, 2});
        }
        assertArrayEquals(new int[] {0, 0, 0, 1}, ids, "3 - 3 * 0.4 is under 2");
    }

    @Test
    void biasForbidsAndFavours() {
        SamplingOptions options = SamplingOptions.GREEDY.withLogitBias(Map.of(1, Float.NEGATIVE_INFINITY, 2, 3f));
        assertEquals(2, new Sampler(options).next(LOGITS.clone()));
        SamplingOptions forced = drawing().withLogitBias(Map.of(2, Float.POSITIVE_INFINITY));
        assertArrayEquals(new double[] {0, 0, 1, 0}, frequencies(forced, LOGITS), 1e-9);
        SamplingOptions outside = SamplingOptions.GREEDY.withLogitBias(Map.of(4, 1f));
        assertThrows(InvalidArgumentException.class, () -> new Sampler(outside).next(LOGITS.clone()));
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        SamplingOptions greedy = SamplingOptions.GREEDY;
        assertThrows(InvalidArgumentException.class, () -> greedy.withTemperature(-1));
        assertThrows(InvalidArgumentException.class, () -> greedy.withTemperature(Double.NaN));
        assertThrows(InvalidArgumentException.class, () -> greedy.withLimits(-1, 1, 0));
        assertThrows(InvalidArgumentException.class, () -> greedy.withLimits(0, 0, 0));
        assertThrows(InvalidArgumentException.class, () -> greedy.withLimits(0, 1, 1.5));
        assertThrows(InvalidArgumentException.class, () -> greedy.withPenalties(0, 0, 0));
        assertThrows(InvalidArgumentException.class, () -> greedy.withLogitBias(Map.of(1, Float.NaN)));
    }
}
