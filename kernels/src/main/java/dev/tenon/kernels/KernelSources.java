package dev.tenon.kernels;

import dev.tenon.error.InvalidArgumentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernels that compile as OpenCL C and as CUDA C. Each file holds one kernel or one family of them. */
public final class KernelSources {
    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"([a-z_]+\\.h)\"\\n");
    private static final Map<String, String> RESOLVED = new ConcurrentHashMap<>();

    private KernelSources() {}

    /**
     * A portable kernel's source with its includes put in, each once, where it is first included.
     *
     * @param name the file's name without {@code .c}, for example {@code unary}
     * @throws InvalidArgumentException if there is no such kernel
     */
    public static String portable(String name) {
        return RESOLVED.computeIfAbsent(name, n -> resolve(read(n + ".c"), ConcurrentHashMap.newKeySet()));
    }

    /**
     * A program: a portable kernel's source with its macros before it.
     *
     * @param defines for example {@code TYPE=F32 DENSE}, separated by single spaces
     */
    public static String program(String name, String defines) {
        StringBuilder program = new StringBuilder();
        for (String define : defines.split(" ")) {
            program.append("#define ").append(define.replace('=', ' ')).append('\n');
        }
        return program.append(portable(name)).toString();
    }

    private static String resolve(String source, Set<String> included) {
        Matcher matcher = INCLUDE.matcher(source);
        StringBuilder resolved = new StringBuilder();
        int from = 0;
        while (matcher.find()) {
            resolved.append(source, from, matcher.start());
            if (included.add(matcher.group(1))) {
                resolved.append(resolve(read(matcher.group(1)), included));
            }
            from = matcher.end();
        }
        return resolved.append(source, from, source.length()).toString();
    }

    private static String read(String file) {
        try (InputStream in = KernelSources.class.getResourceAsStream("/kernels/portable/" + file)) {
            if (in == null) {
                throw new InvalidArgumentException("there is no kernel source " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
