package dev.tenon.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.InvalidArgumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KernelSourcesTest {
    private static final Path FOLDER = Path.of("src/main/resources/kernels/portable");

    private static List<String> names(String ending) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .toList();
        }
    }

    @Test
    void everyKernelIsFoundWithItsIncludes() throws IOException {
        List<String> names = names(".c");
        assertTrue(names.contains("matmul"), names.toString());
        for (String name : names) {
            String source = KernelSources.portable(name);
            assertTrue(source.contains("TN_KERNEL "), name + " has no kernel");
            assertFalse(source.contains("#include"), name + " is left with an include");
        }
    }

    @Test
    void aHeaderThatTwoFilesIncludeComesOnce() {
        String source = KernelSources.portable("matmul");
        assertEquals(source.indexOf("} MatmulShape;"), source.lastIndexOf("} MatmulShape;"));
        assertTrue(source.indexOf("} MatmulShape;") > source.indexOf("} TnAxes;"), "in the order of inclusion");
    }

    @Test
    void everyHeaderIsUsed() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String ending : List.of(".c", ".h")) {
            for (String name : names(ending)) {
                all.append(Files.readString(FOLDER.resolve(name + ending)));
            }
        }
        for (String header : names(".h")) {
            assertTrue(all.indexOf("#include \"" + header + ".h\"") >= 0, header + ".h");
        }
    }

    @Test
    void anUnknownNameIsAnError() {
        InvalidArgumentException error =
                assertThrows(InvalidArgumentException.class, () -> KernelSources.portable("nothing"));
        assertTrue(error.getMessage().contains("nothing.c"), error.getMessage());
    }
}
