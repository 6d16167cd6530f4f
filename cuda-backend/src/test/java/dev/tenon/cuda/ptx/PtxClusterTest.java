package dev.tenon.cuda.ptx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Blocks of a cluster: ranks, their barrier, and counters in each other's shared memory. */
class PtxClusterTest {
    private static final String BARRIER = "barrier.cluster.arrive.release;\nbarrier.cluster.wait.acquire;\n";

    private static final String COUNTER = """
            .shared .align 8 .b8 counter[8];
            mov.u32 %r2, counter;
            mov.u32 %r3, 1;
            setp.ne.s32 %p1, %r0, 0;
            @%p1 bra $ready;
            mbarrier.init.shared::cta.b64 [%r2], %r3;
            $ready:
            """;

    /** Its rank, where the kernel says so. */
    private static final String STORE = """
            mul.wide.u32 %rd2, %r1, 4;
            add.s64 %rd3, %rd0, %rd2;
            st.global.u32 [%rd3], %r9;
            """;

    /** Each block waits for its counter, at which the next one arrives. */
    private static final String EXCHANGE = """
            @%p1 bra $end;
            xor.b32 %r4, %r1, 1;
            mapa.shared::cluster.u32 %r5, %r2, %r4;
            mbarrier.arrive.shared::cluster.b64 _, [%r5];
            $again:
            mbarrier.try_wait.parity.shared::cta.b64 %p2, [%r2], 0;
            @!%p2 bra $again;
            add.s32 %r9, %r1, 10;
            """ + STORE + "$end:\n";

    @Test
    void blocksArriveAtEachOthersCounters() {
        assertArrayEquals(
                new int[] {10, 11},
                PtxRun.of(0, 0)
                        .runCluster(2, COUNTER + BARRIER + EXCHANGE + BARRIER)
                        .words());
    }

    @Test
    void aCounterThatItsBlockHasNotMadeIsNone() {
        assertTrue(fails(COUNTER + EXCHANGE).contains("is no counter"));
    }

    @Test
    void aBlockThatHasEndedHasNoSharedMemory() {
        String message = fails(COUNTER + BARRIER + """
                setp.eq.s32 %p2, %r1, 0;
                @%p2 bra $end;
                mapa.shared::cluster.u32 %r5, %r2, 0;
                mbarrier.arrive.shared::cluster.b64 _, [%r5];
                $end:
                """);
        assertTrue(message.contains("block (0, 0, 0), which has ended"), message);
    }

    /** All of them, but those that have ended, and each once before it waits. */
    @Test
    void theBarrierIsOfAllThreads() {
        assertArrayEquals(
                new int[] {0, 1, 2},
                PtxRun.of(-1, -1, -1)
                        .runCluster(3, "mov.u32 %r9, %r1;\n" + BARRIER + BARRIER + STORE)
                        .words());
        String one = "setp.eq.s32 %p1, %r1, 1;\n@%p1 bra $end;\n";
        PtxRun.of(0, 0).runCluster(2, one + BARRIER + "$end:\n");
        String waits = fails(one + BARRIER + "$end:\nbar.sync 0, 64;\n");
        assertTrue(waits.contains("block (0, 0, 0) does not go on"), waits);
        assertTrue(fails("barrier.cluster.wait.acquire;").contains("have not arrived"));
        assertTrue(fails("barrier.cluster.arrive.release;\n".repeat(2)).contains("again before"));
    }

    @Test
    void ranksAreThoseOfTheCluster() {
        assertTrue(fails("mapa.shared::cluster.u32 %r5, 0, 2;").contains("block 2 of a cluster of 2"));
        String message =
                fails(".shared .align 8 .b8 words[8];\nmapa.shared::cluster.u32 %r5, 0, 1;\nst.shared.u32 [%r5], %r0;");
        assertTrue(message.contains("outside of"), message);
    }

    private static String fails(String body) {
        return assertThrows(PtxError.class, () -> PtxRun.of(0, 0).runCluster(2, body))
                .getMessage();
    }
}
