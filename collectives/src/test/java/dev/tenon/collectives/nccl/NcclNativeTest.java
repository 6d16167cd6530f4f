package dev.tenon.collectives.nccl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.DType;
import dev.tenon.error.ClosedException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.op.ReduceKind;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The downcalls, made to a library in C that has the header's signatures and writes down what reaches it. */
class NcclNativeTest {
    @TempDir
    private Path folder;

    @AfterEach
    void forget() {
        System.clearProperty("tenon.nccl.library");
    }

    private Path fake() throws Exception {
        Path source = folder.resolve("nccl_fake.c");
        try (InputStream in = NcclNativeTest.class.getResourceAsStream("/nccl_fake.c")) {
            Files.write(source, in.readAllBytes());
        }
        Path library = folder.resolve("libnccl_fake.so");
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                    .inheritIO()
                    .start();
        } catch (java.io.IOException absent) {
            assumeTrue(false, "there is no C compiler (cc)");
            throw absent;
        }
        assertTrue(compiler.waitFor(60, TimeUnit.SECONDS) && compiler.exitValue() == 0, "the fake does not compile");
        System.setProperty("tenon.nccl.library", library.toString());
        return library;
    }

    private static String log(SymbolLookup symbols) throws Throwable {
        MemorySegment text = (MemorySegment) Linker.nativeLinker()
                .downcallHandle(symbols.findOrThrow("fake_log"), FunctionDescriptor.of(ValueLayout.ADDRESS))
                .invokeExact();
        return text.reinterpret(1 << 16).getString(0);
    }

    @Test
    void everyCallArrivesAsTheHeaderSays() throws Throwable {
        Path library = fake();
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        NcclLibrary nccl = NcclLibrary.open();
        assertEquals(new NcclVersion(2, 27, 3), nccl.version());
        byte[] id = nccl.newGroup();
        byte[] expected = new byte[128];
        int sum = 0;
        for (int i = 0; i < 128; i++) {
            expected[i] = (byte) (i + 1);
            sum = sum * 31 + (i + 1);
        }
        assertArrayEquals(expected, id);
        NcclRank rank = nccl.join(id, 3, 4);
        rank.allReduce(ReduceKind.MEAN, DType.BF16, 0x10, 0x20, 1L << 33, 0x99);
        rank.reduceScatter(ReduceKind.SUM, DType.F32, 0x10, 0x20, 5, 0x99);
        rank.reduce(ReduceKind.MAX, DType.F16, 0x10, 0x20, 6, 2, 0x99);
        rank.allGather(DType.I64, 0x10, 0x20, 7, 0x99);
        rank.broadcast(DType.I32, 0x10, 8, 1, 0x99);
        rank.send(DType.U8, 0x10, 9, 0, 0x99);
        rank.receive(DType.F64, 0x20, 10, 1, 0x99);
        rank.close();
        String c = "0x1234567890 0x99\n";
        assertEquals(
                "init 4 " + Integer.toUnsignedString(sum) + " 3\n"
                        + "allReduce 0x10 0x20 8589934592 9 4 " + c
                        + "reduceScatter 0x10 0x20 5 7 0 " + c
                        + "reduce 0x10 0x20 6 6 2 2 " + c
                        + "allGather 0x10 0x20 7 4 " + c
                        + "broadcast 0x10 0x10 8 2 1 " + c
                        + "send 0x10 9 1 0 " + c
                        + "recv 0x20 10 8 1 " + c
                        + "destroy 0x1234567890\n",
                log(symbols));
        Linker.nativeLinker()
                .downcallHandle(symbols.findOrThrow("fake_fail"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                .invokeExact(6);
        NcclRank second = nccl.join(id, 0, 1);
        CommunicatorException failure =
                assertThrows(CommunicatorException.class, () -> second.broadcast(DType.F32, 1, 1, 0, 0));
        assertTrue(failure.getMessage().contains("remote process exited"), failure.getMessage());
        assertTrue(log(symbols).endsWith("abort 0x1234567890\n"));
        assertThrows(ClosedException.class, () -> second.broadcast(DType.F32, 1, 1, 0, 0));
    }

    @Test
    void anAbsentLibraryIsAReason() {
        System.setProperty("tenon.nccl.library", "libnosuchnccl.so");
        assertTrue(NcclLibrary.whyUnavailable().orElseThrow().contains("libnosuchnccl.so"));
        assertTrue(assertThrows(CommunicatorException.class, NcclLibrary::open)
                .getMessage()
                .contains("not installed"));
    }
}
