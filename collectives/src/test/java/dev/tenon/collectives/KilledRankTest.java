package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * {@code kill -9} of any rank at a random moment, from before it has met the others. How often: {@code -Dtenon.kills=200};
 * a few times otherwise, since each time starts processes.
 */
class KilledRankTest {
    private static final int RANKS = 3;
    private static final int TIMEOUT_MILLIS = 5_000;

    private interface Starter {
        List<RankProcess> start(String... arguments) throws Exception;
    }

    @Test
    void theOthersAreToldAndNothingIsLeft() throws Exception {
        kill(
                arguments -> RankProcess.startAll(RANKS, UUID.randomUUID().toString(), arguments),
                "shm",
                Integer.getInteger("tenon.kills", 6));
    }

    @Test
    void theOthersAreToldOverTcp() throws Exception {
        kill(arguments -> RankProcess.startApart(RANKS, arguments), "tcp", Integer.getInteger("tenon.kills", 6));
    }

    private static void kill(Starter starter, String transport, int kills) throws Exception {
        long seed = Long.getLong("tenon.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int working = 0;
        for (int i = 0; i < kills; i++) {
            String where = "kill " + i + " of -Dtenon.seed=" + seed;
            List<RankProcess> ranks = starter.start("work", transport, Integer.toString(TIMEOUT_MILLIS));
            int victim = random.nextInt(RANKS);
            // Every third time while they start and meet, which takes about half a second.
            Thread.sleep(i % 3 == 0 ? random.nextInt(800) : 800 + random.nextInt(700));
            ranks.get(victim).process().destroyForcibly();
            working += check(ranks, victim, where) ? 1 : 0;
        }
        assertTrue(working >= kills / 4, working + " of " + kills + " were killed at work");
        List<RankProcess> next = starter.start("once", transport);
        for (RankProcess rank : next) {
            assertEquals(0, rank.await(60), rank.text());
            rank.remove();
        }
    }

    /** Whether the ranks had met before. Those that had not may have missed another one as well, on a busy machine. */
    private static boolean check(List<RankProcess> ranks, int victim, String where) throws Exception {
        List<String> texts = new ArrayList<>();
        for (int r = 0; r < RANKS; r++) {
            int status = ranks.get(r).await(TIMEOUT_MILLIS / 1000 + 25);
            texts.add(ranks.get(r).text());
            if (r != victim) {
                assertEquals(RankMain.TOLD, status, where + ", rank " + r + ": " + texts);
            }
        }
        boolean met = texts.stream().anyMatch(text -> text.contains("met rank"));
        for (int r = 0; r < RANKS; r++) {
            String text = texts.get(r);
            boolean named = text.contains("rank " + victim + " ") || text.contains("ranks [" + victim);
            assertTrue(
                    r == victim || named || !met,
                    where + ": rank " + r + " does not name rank " + victim + ": " + texts);
        }
        assertEquals(List.of(), SharedFiles.left(ranks), where + ": " + texts);
        for (RankProcess rank : ranks) {
            rank.remove();
        }
        return met;
    }
}
