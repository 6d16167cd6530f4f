package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks that are processes of this host. */
class ProcessRanksTest {
    private static void requireAllDone(List<RankProcess> ranks, String mark) throws Exception {
        for (RankProcess rank : ranks) {
            int status = rank.await(100);
            assertEquals(0, status, rank.text());
            assertTrue(rank.text().contains(mark), rank.text());
            rank.remove();
        }
        assertEquals(List.of(), SharedFiles.left(ranks));
    }

    @ParameterizedTest
    @ValueSource(ints = 4)
    void theSuitePasses(int ranks) throws Exception {
        requireAllDone(
                RankProcess.startAll(ranks, UUID.randomUUID().toString(), "suite", "shm"),
                "passed " + CollectiveSuite.cases().size() + " cases");
    }

    @Test
    void aLateRankIsWaitedFor() throws Exception {
        requireAllDone(RankProcess.startAll(2, UUID.randomUUID().toString(), "late", "shm"), "done");
    }

    /** As a job of Kubernetes would start them: "any" must be TCP. */
    @Test
    void theSuitePassesWhereRanksDoNotKnowEachOthersHost() throws Exception {
        requireAllDone(
                RankProcess.startApart(3, "suite", "any"),
                "passed " + CollectiveSuite.cases().size() + " cases");
        requireAllDone(RankProcess.startApart(2, "late", "any"), "over TCP");
    }

    @Test
    void jobsOfOneHostDoNotMeet() throws Exception {
        List<RankProcess> all = new ArrayList<>();
        for (int job = 0; job < 3; job++) {
            all.addAll(RankProcess.startAll(2, "job-" + UUID.randomUUID(), "once", "any"));
        }
        requireAllDone(all, "done");
    }
}
