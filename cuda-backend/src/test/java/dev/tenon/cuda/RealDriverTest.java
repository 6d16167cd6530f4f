package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.spi.Discovery;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * NVIDIA's own driver library, as far as it answers without a GPU: it has the functions that are called through Panama, by these
 * names, and says that there is no device. Runs where {@code -Dtenon.cuda.driver} names a folder with a libcuda.so.1; that of
 * Debian's libcuda1 (non-free), unpacked anywhere, will do.
 */
class RealDriverTest {
    /** What the child process does and prints. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            SymbolLookup driver = LibraryNative.lookup(DriverNative.LIBRARY).orElseThrow();
            for (String name : functions()) {
                System.out.println((driver.find(name).isPresent() ? "has " : "lacks ") + name);
            }
            Discovery found = new CudaBackend().discover(Configuration.DEFAULT);
            System.out.println(found.devices().size() + " devices; " + String.join("; ", found.reasons()));
        }

        /** As the class's constants have them, so that none is forgotten here. */
        private static List<String> functions() throws IOException {
            try (InputStream in = DriverNative.class.getResourceAsStream("DriverNative.class")) {
                return StreamSupport.stream(
                                ClassFile.of()
                                        .parse(in.readAllBytes())
                                        .constantPool()
                                        .spliterator(),
                                false)
                        .filter(StringEntry.class::isInstance)
                        .map(entry -> ((StringEntry) entry).stringValue())
                        .filter(text -> text.matches("cu[A-Z]\\w+"))
                        .toList();
            }
        }
    }

    @Test
    void hasEveryFunctionAndSaysThatThereIsNoDevice() throws Exception {
        StandIns.assumeLinux();
        String folder = System.getProperty("tenon.cuda.driver", "");
        Assumptions.assumeFalse(folder.isEmpty(), "no -Dtenon.cuda.driver=FOLDER");
        Assumptions.assumeFalse(Files.exists(Path.of("/proc/driver/nvidia")), "this machine has a GPU");
        List<String> lines = StandIns.run(Child.class, Path.of(folder), Map.of());
        assertTrue(lines.contains("has cuLaunchKernel"), lines.toString());
        assertEquals(
                List.of(),
                lines.stream().filter(line -> line.startsWith("lacks")).toList());
        assertEquals("0 devices; the CUDA driver finds no device", lines.getLast());
    }
}
