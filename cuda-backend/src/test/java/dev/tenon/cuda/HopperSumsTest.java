package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Between a {@code wgmma} and the wait that ends it nothing else may name the registers of its sums: "accessing the registers ... is undefined"
 * (PTX ISA, wgmma.mma_async). Looked at line by line, as the text stands.
 */
class HopperSumsTest {
    private static final Path FOLDER = Path.of("../kernels/src/main/resources/kernels/cuda/ptx/sm_90a");
    private static final Pattern SUM = Pattern.compile("%f\\d+");
    private static final Pattern WAIT = Pattern.compile("wgmma\\.wait_group\\.sync\\.aligned\\s+(\\d+);");

    @Test
    void nothingTouchesSumsOfProductsUnderWay() throws IOException {
        List<String> wrong = new ArrayList<>();
        int files = 0;
        try (var paths = Files.list(FOLDER)) {
            for (Path path : paths.sorted().toList()) {
                files++;
                try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(path))) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    touched(text).forEach(line -> wrong.add(path.getFileName() + " " + line));
                }
            }
        }
        assertFalse(files == 0, "no PTX for sm_90a");
        assertEquals(List.of(), wrong);
    }

    @Test
    void aCopyBeforeTheWaitIsFound() {
        String product = "wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 {%f1, %f2}, %rd1, %rd2, p, 1, 1, 0, 0;\n";
        String commit = "wgmma.commit_group.sync.aligned;\n";
        String wait = "wgmma.wait_group.sync.aligned 0;\n";
        assertEquals(List.of("line 2: mov.b32 %r1, %f2;"), touched(product + "mov.b32 %r1, %f2;\n" + commit + wait));
        assertEquals(List.of(), touched(product + "mov.b32 %r1, %f3;\n" + commit + wait + "mov.b32 %r1, %f2;\n"));
        String second = product.replace("%f1, %f2", "%f4, %f5");
        String one = "wgmma.wait_group.sync.aligned 1;\n";
        assertEquals(
                List.of("line 7: mov.b32 %r1, %f4;"),
                touched(product + commit + second + commit + one + "mov.b32 %r1, %f1;\n" + "mov.b32 %r1, %f4;\n"));
    }

    private static List<String> touched(String ptx) {
        List<String> wrong = new ArrayList<>();
        Deque<Set<String>> committed = new ArrayDeque<>();
        Set<String> open = new HashSet<>();
        int number = 0;
        for (String line : ptx.lines().toList()) {
            number++;
            Matcher wait = WAIT.matcher(line);
            if (line.contains(".entry ")) {
                committed.clear();
                open.clear();
            } else if (line.contains("wgmma.mma_async")) {
                open.addAll(sums(line.substring(0, line.indexOf('}'))));
            } else if (line.contains("wgmma.commit_group")) {
                committed.add(Set.copyOf(open));
                open.clear();
            } else if (wait.find()) {
                while (committed.size() > Integer.parseInt(wait.group(1))) {
                    committed.remove();
                }
            } else {
                for (String sum : sums(line)) {
                    if (open.contains(sum) || committed.stream().anyMatch(group -> group.contains(sum))) {
                        wrong.add("line " + number + ": " + line.strip());
                    }
                }
            }
        }
        return wrong;
    }

    private static List<String> sums(String text) {
        return SUM.matcher(text).results().map(match -> match.group()).toList();
    }
}
