package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
    @TempDir
    private Path folder;

    @Test
    void theUsersOwnFolderComesFirst() {
        assertEquals(Path.of("/m"), ModelFolder.of("/m", "/c", "/h").path());
        assertEquals(
                Path.of("/c/tenon/models"), ModelFolder.of(null, "/c", "/h").path());
        assertEquals(Path.of("/c/tenon/models"), ModelFolder.of("", "/c", "/h").path());
        assertEquals(
                Path.of("/h/.cache/tenon/models"),
                ModelFolder.of(null, null, "/h").path());
        assertEquals(
                Path.of("/h/.cache/tenon/models"),
                ModelFolder.of(null, "", "/h").path());
    }

    @Test
    void namesAreFoundWithAndWithoutTheirEnding() throws Exception {
        Path model = Files.createFile(folder.resolve("small.gguf"));
        ModelFolder models = new ModelFolder(folder);
        assertEquals(model, models.resolve("small"));
        assertEquals(model, models.resolve("small.gguf"));
        assertEquals(model, models.resolve(model.toString()));
        CommandException missing = assertThrows(CommandException.class, () -> models.resolve("large"));
        assertEquals(1, missing.exitCode());
        assertTrue(
                missing.getMessage().contains("large") && missing.getMessage().contains(folder.toString()));
    }

    @Test
    void whoNamesNoModelIsToldWhichThereAreAndHowToGetOne() throws Exception {
        ModelFolder models = new ModelFolder(folder);
        assertTrue(models.missing().getMessage().contains("There is none in " + folder));
        Files.createDirectory(folder.resolve("vendor"));
        Files.createFile(folder.resolve("vendor").resolve("B.GGUF"));
        Files.createFile(folder.resolve("a.gguf"));
        Files.createFile(folder.resolve("readme.txt"));
        assertEquals(
                List.of("a.gguf", "vendor/B.GGUF"),
                models.models().stream()
                        .map(each -> folder.relativize(each).toString().replace('\\', '/'))
                        .toList());
        CommandException missing = models.missing();
        assertEquals(2, missing.exitCode());
        assertTrue(missing.getMessage().contains("a.gguf, vendor"), missing.getMessage());
        assertTrue(missing.getMessage().contains("To get one, download"), missing.getMessage());
    }

    @Test
    void aFolderThatIsNotThereHoldsNoModels() {
        assertEquals(List.of(), new ModelFolder(folder.resolve("none")).models());
    }
}
