package dev.tenon.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What design and style ask of all modules, and no compiler checks. */
class ModuleRulesTest {
    /** Which modules each module's classes may use, besides their own. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("runtime-core", Set.of()),
            Map.entry("backend-conformance", Set.of("runtime-core")),
            Map.entry("cpu-simd-backend", Set.of("runtime-core")),
            Map.entry("kernels", Set.of("runtime-core")),
            Map.entry("opencl-backend", Set.of("runtime-core", "kernels")),
            Map.entry("cuda-backend", Set.of("runtime-core", "kernels")),
            Map.entry("collectives", Set.of("runtime-core")),
            Map.entry("models", Set.of("runtime-core")),
            Map.entry("cli", Set.of("runtime-core", "backend-conformance", "models")),
            Map.entry("benchmarks", Set.of("runtime-core", "backend-conformance", "cpu-simd-backend")));

    /** The SPI's plain values, which the runtime's public API answers with. */
    private static final Set<String> SPI_VALUES =
            Set.of("DeviceProperties", "DeviceLimits", "MemoryUse", "Tunable", "TuningStep");

    private static final Map<String, JavaClasses> MODULES = new TreeMap<>();
    private static final Map<String, String> MODULE_OF = new TreeMap<>();

    @BeforeAll
    static void importClasses() {
        Path root = Path.of("").toAbsolutePath().getParent();
        for (String module : MAY_USE.keySet()) {
            Path classes = root.resolve(module).resolve("target/classes");
            assertTrue(Files.isDirectory(classes), () -> module + " is not built: run the whole reactor");
            JavaClasses imported = new ClassFileImporter().importPath(classes);
            MODULES.put(module, imported);
            imported.forEach(each -> MODULE_OF.put(each.getName(), module));
        }
    }

    private static JavaClasses all() {
        Path root = Path.of("").toAbsolutePath().getParent();
        List<Path> paths = MAY_USE.keySet().stream()
                .map(module -> root.resolve(module).resolve("target/classes"))
                .toList();
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPaths(paths);
    }

    @Test
    void everyModuleOfTheReactorIsUnderTheRules() throws IOException {
        Set<String> sources = new TreeSet<>();
        try (Stream<Path> folders = Files.list(Path.of("").toAbsolutePath().getParent())) {
            folders.filter(folder -> Files.exists(folder.resolve("src/main/java/module-info.java")))
                    .forEach(folder -> sources.add(folder.getFileName().toString()));
        }
        assertEquals(new TreeSet<>(MAY_USE.keySet()), sources);
    }

    @Test
    void dependenciesPointOneWay() {
        Set<String> broken = new TreeSet<>();
        MODULES.forEach((module, classes) -> {
            for (JavaClass each : classes) {
                each.getDirectDependenciesFromSelf().forEach(dependency -> {
                    String target = MODULE_OF.get(
                            dependency.getTargetClass().getBaseComponentType().getName());
                    if (target != null
                            && !target.equals(module)
                            && !MAY_USE.get(module).contains(target)) {
                        broken.add(module + " must not use " + target + ": " + dependency.getDescription());
                    }
                });
            }
        });
        assertTrue(broken.isEmpty(), () -> String.join("\n", broken));
    }

    @Test
    void onlyNativeClassesTouchTheLinker() {
        noClasses()
                .that(DescribedPredicate.describe(
                        "are not *Native classes",
                        each -> !outermost(each).getSimpleName().endsWith("Native")))
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are Linker or SymbolLookup",
                        target -> target.isEquivalentTo(Linker.class)
                                || target.isEquivalentTo(SymbolLookup.class)
                                || target.getName().startsWith("java.lang.foreign.Linker$")))
                .check(all());
    }

    @Test
    void modelsAndCommandLineLeaveTheSpiAlone() {
        for (String module : List.of("models", "cli")) {
            noClasses()
                    .should()
                    .dependOnClassesThat(DescribedPredicate.describe(
                            "are the SPI's seams",
                            target -> target.getPackageName().equals("dev.tenon.spi")
                                    && !SPI_VALUES.contains(target.getSimpleName())))
                    .allowEmptyShould(true)
                    .check(MODULES.get(module));
        }
    }

    /** And the suite, which says at its end what it skipped. */
    @Test
    void onlyCommandsPrint() {
        for (Map.Entry<String, JavaClasses> module : MODULES.entrySet()) {
            if (!Set.of("cli", "benchmarks").contains(module.getKey())) {
                noClasses()
                        .that()
                        .doNotHaveFullyQualifiedName("dev.tenon.conformance.RunReport")
                        .should()
                        .accessField(System.class, "out")
                        .orShould()
                        .accessField(System.class, "err")
                        .allowEmptyShould(true)
                        .check(module.getValue());
            }
        }
    }

    @Test
    void nothingExitsTheProcessButTheCommandLine() {
        for (Map.Entry<String, JavaClasses> module : MODULES.entrySet()) {
            if (!Set.of("cli", "benchmarks").contains(module.getKey())) {
                noClasses()
                        .should()
                        .callMethod(System.class, "exit", int.class)
                        .allowEmptyShould(true)
                        .check(module.getValue());
            }
        }
    }

    @Test
    void everyPackageIsNullMarked() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        for (String module : MAY_USE.keySet()) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                List<Path> unmarked = files.filter(Files::isDirectory)
                        .filter(ModuleRulesTest::holdsClasses)
                        .filter(folder -> !isNullMarked(folder.resolve("package-info.java")))
                        .toList();
                assertEquals(List.of(), unmarked, "packages without @NullMarked");
            }
        }
    }

    /** A service that only {@code module-info} declares is not found by those who put Tenon on the class path. */
    @Test
    void everyProviderIsDeclaredForTheClassPathToo() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        for (String module : MAY_USE.keySet()) {
            Path classes = root.resolve(module).resolve("target/classes");
            ModuleDescriptor descriptor;
            try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
                descriptor = ModuleDescriptor.read(in);
            }
            for (ModuleDescriptor.Provides provided : descriptor.provides()) {
                Path file = classes.resolve("META-INF/services").resolve(provided.service());
                assertTrue(Files.exists(file), () -> module + " lacks META-INF/services/" + provided.service());
                assertEquals(provided.providers(), Files.readAllLines(file));
            }
        }
    }

    @Test
    void theRulesSeeTheClasses() {
        assertFalse(MODULES.get("runtime-core").isEmpty());
        assertTrue(MODULE_OF.containsKey("dev.tenon.Tensor"));
    }

    private static JavaClass outermost(JavaClass each) {
        return each.getEnclosingClass().map(ModuleRulesTest::outermost).orElse(each);
    }

    private static boolean holdsClasses(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".java") && !file.endsWith("module-info.java"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isNullMarked(Path file) {
        try {
            return Files.exists(file) && Files.readString(file).contains("@NullMarked");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
