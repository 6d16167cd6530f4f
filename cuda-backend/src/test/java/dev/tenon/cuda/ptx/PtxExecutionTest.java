package dev.tenon.cuda.ptx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Threads, warps and blocks, memory, and what must be an error. */
class PtxExecutionTest {
    private static final String STORE = """
            mul.wide.u32 %rd2, %r0, 4;
            add.s64 %rd3, %rd0, %rd2;
            st.global.u32 [%rd3], %r9;
            """;

    @Test
    void lanesThatPartMeetAgain() {
        // Each lane adds up its number by a loop of as many rounds; then all of them shuffle.
        int[] words = new PtxRun(4 * 32).run(32, """
                        mov.u32 %r1, 0;
                        mov.u32 %r2, 0;
                        $again:
                        setp.ge.u32 %p1, %r1, %r0;
                        @%p1 bra $done;
                        add.s32 %r1, %r1, 1;
                        and.b32 %r3, %r1, 1;
                        setp.eq.s32 %p2, %r3, 0;
                        @%p2 bra $again;
                        add.s32 %r2, %r2, 10;
                        bra.uni $again;
                        $done:
                        shfl.sync.bfly.b32 %r9|%p3, %r2, 1, 31, -1;
                        """ + STORE).words();
        assertArrayEquals(
                IntStream.range(0, 32).map(i -> ((i ^ 1) + 1) / 2 * 10).toArray(), words);
    }

    @Test
    void aShuffleStaysWithinItsSegment() {
        // Segments of 8: upwards by 3, the first three keep their own.
        int[] words = new PtxRun(4 * 32)
                .run(
                        32,
                        "shfl.sync.up.b32 %r8|%p1, %r0, 3, 6144, -1;\nselp.b32 %r7, 100, 0, %p1;\nadd.s32 %r9, %r8, %r7;\n"
                                + STORE)
                .words();
        assertArrayEquals(
                IntStream.range(0, 32).map(i -> i % 8 < 3 ? i : 100 + i - 3).toArray(), words);
    }

    @Test
    void aShuffleOfLanesThatPartedIsAnError() {
        String message = fails(
                32, "setp.lt.u32 %p1, %r0, 16;\n@%p1 bra $l;\nret;\n$l:\nshfl.sync.bfly.b32 %r9, %r0, 16, 31, -1;\n");
        assertTrue(message.contains("lane 16, which takes no part"), message);
        message = fails(32, "setp.lt.u32 %p1, %r0, 16;\n@%p1 shfl.sync.bfly.b32 %r9, %r0, 1, 31, -1;\n");
        assertTrue(message.contains("0000ffff"), message);
    }

    @Test
    void warpsWaitForEachOtherAtABarrier() {
        String exchange = """
                mov.u32 %%r1, words;
                shl.b32 %%r2, %%r0, 2;
                add.s32 %%r3, %%r1, %%r2;
                st.shared.u32 [%%r3], %%r0;
                %s
                xor.b32 %%r4, %%r2, 128;
                add.s32 %%r5, %%r1, %%r4;
                ld.shared.u32 %%r9, [%%r5];
                """;
        String shared = ".shared .align 4 .b8 words[256];\n";
        int[] swapped = IntStream.range(0, 64).map(i -> i ^ 32).toArray();
        PtxRun with = new PtxRun(4 * 64).run(64, shared + exchange.formatted("bar.sync 0;") + STORE);
        assertArrayEquals(swapped, with.words());
        PtxRun without = new PtxRun(4 * 64).run(64, shared + exchange.formatted("") + STORE);
        assertEquals(-1, without.words()[0]);
    }

    @Test
    void aBarrierThatNotAllComeToIsAnError() {
        String message = fails(
                64,
                "setp.lt.u32 %p1, %r0, 32;\n@%p1 bra $l;\nbar.sync 1;\nbra.uni $e;\n$l:\nbar.sync 2;\n$e:\nmov.u32 %r9, 0;\n");
        assertTrue(message.contains("(0, 0, 0)") && message.contains("bar.sync 2"), message);
    }

    @Test
    void accessesOutsideOfMemoryNameTheirPlace() {
        String message = fails(40, "mov.u32 %r9, 1;\n" + STORE);
        assertTrue(message.contains("k, line ") && message.contains("st.global.u32 [%rd3], %r9"), message);
        assertTrue(message.contains("block (0, 0, 0), thread 32"), message);
        assertTrue(fails(1, "ld.global.u16 %r9, [%rd0+3];").contains("no multiple of 2"));
        assertTrue(
                fails(1, "ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd0+120];").contains("no multiple of 16"));
        assertTrue(fails(1, "mov.u64 %rd1, 0;\nld.global.u32 %r9, [%rd1];").contains("where no memory is"));
        assertTrue(fails(1, ".shared .align 4 .b8 s[8];\nmov.u32 %r1, s;\nst.shared.u32 [%r1+16], %r0;")
                .contains("outside of the 16 bytes"));
    }

    private static String fails(int threads, String body) {
        return assertThrows(PtxError.class, () -> new PtxRun(4 * 32).run(threads, body))
                .getMessage();
    }

    @Test
    void whatIsNotKnownIsNamed() {
        String message = fails(1, "frobnicate.b32 %r1, %r2;");
        assertTrue(message.contains("line ") && message.contains("frobnicate.b32"), message);
        assertTrue(fails(1, "ld.volatile.global.u32 %r1, [%rd0];").contains("ld.volatile.global.u32"));
        assertTrue(fails(1, "trap;").contains("ends itself"));
        assertTrue(fails(1, "add.s32 %r1, %x2, 1;").contains("%x2"));
    }

    @Test
    void carriesGoOn() {
        int[] words = PtxRun.of(-1, 1, -1, 2, 0, 0).run(1, """
                        ld.global.v2.u32 {%r1, %r2}, [%rd0];
                        ld.global.v2.u32 {%r3, %r4}, [%rd0+8];
                        add.cc.u32 %r5, %r1, %r3;
                        addc.u32 %r6, %r2, %r4;
                        st.global.v2.u32 [%rd0+16], {%r5, %r6};
                        """).words();
        assertArrayEquals(new int[] {-2, 4}, Arrays.copyOfRange(words, 4, 6));
    }

    @Test
    void aFunctionIsCalledByWhoAsks() {
        String twice = """
                .func (.param .b32 func_retval0) twice(
                .param .b32 twice_param_0
                )
                {
                .reg .b32 %r<3>;
                .reg .pred %p<2>;
                ld.param.u32 %r1, [twice_param_0];
                setp.gt.s32 %p1, %r1, 4;
                @%p1 bra $large;
                st.param.b32 [func_retval0+0], %r1;
                ret;
                $large:
                shl.b32 %r2, %r1, 1;
                st.param.b32 [func_retval0+0], %r2;
                ret;
                }
                """;
        int[] words = new PtxRun(4 * 8).run(8, twice, """
                        {
                        .param .b32 param0;
                        st.param.b32 [param0+0], %r0;
                        .param .b32 retval0;
                        call.uni (retval0), twice, (param0);
                        ld.param.b32 %r9, [retval0+0];
                        }
                        """ + STORE).words();
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 10, 12, 14}, words);
    }

    @Test
    void threadsHaveLocalMemoryEach() {
        int[] words = new PtxRun(4 * 32).run(32, """
                        .local .align 8 .b8 depot[16];
                        mov.u64 %rd5, depot;
                        cvta.local.u64 %rd6, %rd5;
                        st.local.u32 [%rd5+8], %r0;
                        cvta.to.local.u64 %rd7, %rd6;
                        ld.local.u32 %r9, [%rd7+8];
                        """ + STORE).words();
        assertArrayEquals(IntStream.range(0, 32).toArray(), words);
    }

    @Test
    void atomicsCountEveryThread() {
        int[] words = PtxRun.of(5, 0)
                .run(64, "atom.global.add.u32 %r1, [%rd0], 1;\natom.global.max.u32 %r2, [%rd0+4], %r1;")
                .words();
        assertArrayEquals(new int[] {69, 68}, words);
    }

    @Test
    void asynchronousCopiesArriveWhenTheyAreWaitedFor() {
        String copy = """
                .shared .align 16 .b8 to[16];
                mov.u32 %r1, to;
                cp.async.cg.shared.global [%r1], [%rd0], 16, 8;
                cp.async.commit_group;
                ld.shared.u32 %r2, [%r1];
                cp.async.wait_group 0;
                ld.shared.v4.u32 {%r3, %r4, %r5, %r6}, [%r1];
                st.global.u32 [%rd0+16], %r2;
                st.global.v4.u32 [%rd0+32], {%r3, %r4, %r5, %r6};
                """;
        int[] words =
                PtxRun.of(7, 8, 9, 10, 0, 0, 0, 0, 0, 0, 0, 0).run(1, copy).words();
        assertArrayEquals(new int[] {-1, 0, 0, 0, 7, 8, 0, 0}, Arrays.copyOfRange(words, 4, 12));
    }

    /** By the fragments of the PTX ISA: lane 5 has a's row 1 (and 9), columns 2 and 3 (10 and 11); b's row k is in lanes k / 2 % 4. */
    @Test
    void aProductTakesElementsWhereTheIsaSaysTheyAre() {
        PtxRun run = new PtxRun(4 * 32 * 4);
        run.run(32, """
                setp.eq.s32 %p1, %r0, 5;
                mov.u32 %r1, 0;
                selp.b32 %r3, 0x3F80, 0, %p1;
                and.b32 %r20, %r0, 3;
                shl.b32 %r21, %r20, 1;
                add.s32 %r22, %r21, 8;
                shr.u32 %r23, %r0, 2;
                shl.b32 %r23, %r23, 4;
                add.s32 %r24, %r21, %r23;
                add.s32 %r25, %r22, %r23;
                cvt.rn.f32.u32 %f1, %r24;
                add.f32 %f2, %f1, 0f3F800000;
                cvt.rn.bf16x2.f32 %r5, %f2, %f1;
                cvt.rn.f32.u32 %f3, %r25;
                add.f32 %f4, %f3, 0f3F800000;
                cvt.rn.bf16x2.f32 %r6, %f4, %f3;
                mov.f32 %f10, 0f3F000000;
                mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f20, %f21, %f22, %f23}, {%r1, %r1, %r3, %r1}, {%r5, %r6}, {%f10, %f10, %f10, %f10};
                mul.wide.u32 %rd2, %r0, 16;
                add.s64 %rd3, %rd0, %rd2;
                st.global.v4.f32 [%rd3], {%f20, %f21, %f22, %f23};
                """);
        float[] sums = run.memory.toArray(ValueLayout.JAVA_FLOAT);
        for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < 4; i++) {
                int row = lane / 4 + 8 * (i / 2);
                int column = lane % 4 * 2 + i % 2;
                // a is 1 at row 1, column 10 alone, and b's element there is 10 + 16 times its column.
                assertEquals(
                        row == 1 ? 10.5f + 16 * column : 0.5f, sums[4 * lane + i], "row " + row + ", column " + column);
            }
        }
    }
}
