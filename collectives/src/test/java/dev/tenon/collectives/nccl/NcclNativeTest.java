package dev.tenon.collectives.nccl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.error.CommunicatorException;
import dev.tenon.error.NativeCallException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The downcalls, made to a library in C that has the header's signatures and writes down what reaches it. */
class NcclNativeTest {
    @TempDir
    private Path folder;

    private final String given = System.getProperty("tenon.nccl.library", "");

    @AfterEach
    void restore() {
        if (given.isEmpty()) {
            System.clearProperty("tenon.nccl.library");
        } else {
            System.setProperty("tenon.nccl.library", given);
        }
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
        NcclApi api = nccl.api();
        assertEquals(new NcclVersion(2, 27, 3), nccl.version());
        assertEquals("remote process exited", api.describe(NcclApi.REMOTE_ERROR));
        assertEquals("the last one", api.lastError());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(NcclApi.UNIQUE_ID);
            api.uniqueId(id);
            int sum = 0;
            for (int i = 0; i < 128; i++) {
                assertEquals(i + 1, id.get(ValueLayout.JAVA_BYTE, i) & 0xFF);
                sum = sum * 31 + (i + 1);
            }
            MemorySegment made = arena.allocate(ValueLayout.JAVA_LONG);
            api.join(made, 4, id, 3);
            long comm = made.get(ValueLayout.JAVA_LONG, 0);
            assertEquals(0x1234567890L, comm);
            api.groupStart();
            api.allReduce(0x10, 0x20, 1L << 33, 9, 4, comm, 0x99);
            api.reduceScatter(0x10, 0x20, 5, 7, 0, comm, 0x99);
            api.reduce(0x10, 0x20, 6, 6, 2, 2, comm, 0x99);
            api.allGather(0x10, 0x20, 7, 4, comm, 0x99);
            api.broadcast(0x10, 0x11, 8, 2, 1, comm, 0x99);
            api.send(0x10, 9, 1, 0, comm, 0x99);
            api.receive(0x20, 10, 8, 1, comm, 0x99);
            api.groupEnd();
            assertTrue(api.canSplit());
            api.split(comm, 5, 6, made);
            assertEquals(0x22222222222L, made.get(ValueLayout.JAVA_LONG, 0));
            assertEquals(NcclApi.IN_PROGRESS, api.asyncError(comm));
            api.destroy(comm);
            api.abort(0x22222222222L);
            String c = "0x1234567890 0x99\n";
            assertEquals(
                    "init 4 " + Integer.toUnsignedString(sum)
                            + " 3 size 24 magic cafebeef version 21400 blocking 0 rest "
                            + Integer.MIN_VALUE + "\nstart\n"
                            + "allReduce 0x10 0x20 8589934592 9 4 " + c
                            + "reduceScatter 0x10 0x20 5 7 0 " + c
                            + "reduce 0x10 0x20 6 6 2 2 " + c
                            + "allGather 0x10 0x20 7 4 " + c
                            + "broadcast 0x10 0x11 8 2 1 " + c
                            + "send 0x10 9 1 0 " + c
                            + "recv 0x20 10 8 1 " + c
                            + "end\n"
                            + "split 0x1234567890 5 6 (nil)\n"
                            + "destroy 0x1234567890\n"
                            + "abort 0x22222222222\n",
                    log(symbols));
            NativeCallException failure =
                    assertThrows(NativeCallException.class, () -> api.broadcast(0, 0, 0, 0, 0, 0, 0));
            assertEquals("ncclBroadcast", failure.function());
            assertEquals(4, failure.code());
            assertEquals("the last one", failure.log());
        }
    }

    /**
     * The library itself, where it is there: what it does without a GPU. {@code -Dtenon.nccl.library=FILE} says where; {@code
     * -Dtenon.require=nccl} makes its absence a failure.
     */
    @Test
    void theLibraryItselfAnswersWithoutAGpu() {
        boolean required =
                List.of(System.getProperty("tenon.require", "").split(",")).contains("nccl");
        Optional<String> reason = NcclLibrary.whyUnavailable();
        assumeTrue(reason.isEmpty() || required, () -> reason.orElse(""));
        NcclLibrary nccl = NcclLibrary.open();
        assertEquals(2, nccl.version().major());
        assertTrue(nccl.version().minor() >= 14, nccl.version().toString());
        assertEquals("no error", nccl.api().describe(0));
        assertTrue(
                nccl.api().describe(NcclApi.IN_PROGRESS).contains("in progress"),
                nccl.api().describe(7));
        assertTrue(
                nccl.api().describe(NcclApi.REMOTE_ERROR).contains("remote"),
                nccl.api().describe(6));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment first = arena.allocate(NcclApi.UNIQUE_ID);
            MemorySegment second = arena.allocate(NcclApi.UNIQUE_ID);
            nccl.api().uniqueId(first);
            nccl.api().uniqueId(second);
            assertTrue(first.mismatch(second) >= 0, "two ids are one");
            // No communicator has the address 0, and the library looks before it does anything.
            NativeCallException failure =
                    assertThrows(NativeCallException.class, () -> nccl.api().allReduce(0, 0, 1, 7, 0, 0, 0));
            assertEquals(4, failure.code());
            assertTrue(failure.log().contains("comm"), failure.toString());
        }
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
