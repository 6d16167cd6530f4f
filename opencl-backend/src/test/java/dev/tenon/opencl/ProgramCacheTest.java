package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs on disk: whatever is wrong with a file or the folder, the right program runs. */
class ProgramCacheTest {
    @TempDir
    Path folder;

    @Test
    void aDamagedFileIsNotBelieved() throws IOException {
        ProgramCache cache = new ProgramCache(folder);
        byte[] content = {1, 2, 3, 4, 5};
        cache.write("key", content);
        assertArrayEquals(content, cache.read("key"));
        assertNull(cache.read("other"));
        byte[] file = Files.readAllBytes(folder.resolve("key"));
        for (int cut = 0; cut < file.length; cut++) {
            Files.write(folder.resolve("key"), Arrays.copyOf(file, cut));
            assertNull(cache.read("key"), "cut at " + cut);
        }
        for (int at = 0; at < file.length; at++) {
            byte[] altered = file.clone();
            altered[at] ^= 0x10;
            Files.write(folder.resolve("key"), altered);
            assertNull(cache.read("key"), "altered at " + at);
        }
        cache.write("key", content);
        assertArrayEquals(content, cache.read("key"));
    }

    @Test
    void keysTellPartsApart() {
        assertNotEquals(ProgramCache.key("ab", "c"), ProgramCache.key("a", "bc"));
        assertNotEquals(ProgramCache.key("driver 1", "source"), ProgramCache.key("driver 2", "source"));
        assertEquals(ProgramCache.key("device", "source"), ProgramCache.key("device", "source"));
    }

    @Test
    void programsAreBuiltAnewFromDamagedFiles() throws IOException {
        assertEquals(55, sum());
        List<Path> files = files();
        assertFalse(files.isEmpty(), "nothing was cached");
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        }
        assertEquals(55, sum());
        checkWhole(files);
        for (Path file : files) {
            byte[] altered = Files.readAllBytes(file);
            altered[altered.length / 2] ^= 1;
            Files.write(file, altered);
        }
        assertEquals(55, sum());
        checkWhole(files);
        assertEquals(55, sum());
    }

    private void checkWhole(List<Path> files) {
        for (Path file : files) {
            assertNotNull(new ProgramCache(folder).read(file.getFileName().toString()), file + " is still damaged");
        }
    }

    /** What the driver itself wrote, but for another device or version. */
    @Test
    void aBinaryThatTheDriverDoesNotTakeIsBuiltAnew() throws IOException {
        assertEquals(55, sum());
        for (Path file : files()) {
            new ProgramCache(folder).write(file.getFileName().toString(), "no program".getBytes());
        }
        assertEquals(55, sum());
    }

    @Test
    void aFolderThatCannotBeUsedIsNoFailure() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        ProgramCache cache = new ProgramCache(file.resolve("cache"));
        try (OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT, cache)) {
            assertEquals(55, sum(backend));
        }
    }

    /** Where a file should be there is a folder, which cannot be read as a program nor replaced. */
    @Test
    void filesThatCannotBeWrittenAreNoFailure() throws IOException {
        assertEquals(55, sum());
        for (Path file : files()) {
            Files.delete(file);
            Files.createFile(Files.createDirectory(file).resolve("in the way"));
        }
        assertEquals(55, sum());
        for (Path file : files()) {
            assertTrue(Files.isDirectory(file), file.toString());
        }
    }

    /** One of several processes that share a folder. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            for (int i = 0; i < 3; i++) {
                System.out.println(sum(new ProgramCache(Path.of(args[0]))));
            }
        }
    }

    @Test
    void severalProcessesDoNotHarmEachOther() throws Exception {
        OpenDevices.first(Configuration.DEFAULT).close();
        Path shared = folder.resolve("shared");
        // The driver's own cache is a new one too, so that they compile at the same time.
        Map<String, String> environment = Map.of(
                "POCL_CACHE_DIR", Files.createDirectory(folder.resolve("pocl")).toString());
        List<ChildProcess> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(ChildProcess.start(folder, environment, List.of(), Child.class, shared.toString()));
        }
        for (ChildProcess child : children) {
            assertEquals(List.of("55.0", "55.0", "55.0"), child.lines());
        }
        ProgramCache cache = new ProgramCache(shared);
        try (Stream<Path> files = Files.list(shared)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();
            assertFalse(names.isEmpty(), "nothing was cached");
            for (String name : names) {
                assertNotNull(cache.read(name), name);
            }
        }
        assertEquals(55, sum(cache));
    }

    @Test
    void severalAtOnceDoNotHarmEachOther() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Callable<Double>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(this::sum);
            }
            for (Future<Double> future : pool.invokeAll(tasks)) {
                assertEquals(55, future.get());
            }
        }
        for (Path file : files()) {
            assertNotNull(new ProgramCache(folder).read(file.getFileName().toString()), file.toString());
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.toList();
        }
    }

    /** On a device that has built nothing yet. */
    private double sum() {
        return sum(new ProgramCache(folder));
    }

    private static double sum(ProgramCache cache) {
        try (OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT, cache)) {
            return sum(backend);
        }
    }

    private static double sum(OpenClDevice backend) {
        Device device = new Device(backend, Configuration.DEFAULT);
        try (Tensor tensor = Tensor.full(device, DType.F32, 5, 11);
                Tensor sum = tensor.sum()) {
            return sum.item();
        }
    }
}
