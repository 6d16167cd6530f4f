package dev.tenon.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What PTX says of its kernels: parameters and shared memory. */
final class PtxText {
    private static final Pattern ENTRY =
            Pattern.compile("\\.entry\\s+(\\w+)\\s*\\(([^)]*)\\)(.*?)(?=\\.visible|\\z)", Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile(
            "\\.param\\s+(?:\\.align\\s+\\d+\\s+)?\\.(\\w)(\\d+)[^,\\[]*?(\\w+_param_\\d+)(?:\\[(\\d+)\\])?");
    private static final Pattern LOADED = Pattern.compile("ld\\.param\\.[bu]64\\s+(%rd\\d+), \\[(\\w+)\\]");
    private static final Pattern GLOBAL = Pattern.compile("cvta\\.to\\.global\\.u64\\s+%rd\\d+, (%rd\\d+);");
    private static final Pattern SHARED = Pattern.compile("\\.shared\\s+\\.align\\s+\\d+\\s+\\.b8\\s+\\w+\\[(\\d+)\\]");

    private PtxText() {}

    /**
     * A parameter.
     *
     * @param isPointer whether the kernel follows it into global memory
     */
    record Parameter(int bytes, boolean isPointer) {}

    /** @param sharedBytes that a block has without asking */
    record Kernel(String name, List<Parameter> parameters, int sharedBytes) {}

    static Map<String, Kernel> kernels(String ptx) {
        Map<String, Kernel> kernels = new HashMap<>();
        int outside = shared(ptx.substring(0, Math.max(0, ptx.indexOf(".entry"))));
        Matcher entry = ENTRY.matcher(ptx);
        while (entry.find()) {
            Set<String> pointers = pointers(entry.group(3));
            List<Parameter> parameters = new ArrayList<>();
            Matcher parameter = PARAMETER.matcher(entry.group(2));
            while (parameter.find()) {
                int size = Integer.parseInt(parameter.group(2)) / 8;
                int count = parameter.group(4) == null ? 1 : Integer.parseInt(parameter.group(4));
                parameters.add(new Parameter(size * count, pointers.contains(parameter.group(3))));
            }
            kernels.put(entry.group(1), new Kernel(entry.group(1), parameters, outside + shared(entry.group(3))));
        }
        return kernels;
    }

    private static Set<String> pointers(String body) {
        Map<String, String> registers = new HashMap<>();
        Matcher loaded = LOADED.matcher(body);
        while (loaded.find()) {
            registers.put(loaded.group(1), loaded.group(2));
        }
        Set<String> pointers = new HashSet<>();
        Matcher global = GLOBAL.matcher(body);
        while (global.find()) {
            String name = registers.get(global.group(1));
            if (name != null) {
                pointers.add(name);
            }
        }
        return pointers;
    }

    private static int shared(String text) {
        int bytes = 0;
        Matcher shared = SHARED.matcher(text);
        while (shared.find()) {
            bytes += Integer.parseInt(shared.group(1));
        }
        return bytes;
    }
}
