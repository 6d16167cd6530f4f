package dev.tenon.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What PTX says of its kernels: parameters and shared memory. */
final class PtxText {
    private static final Pattern ENTRY =
            Pattern.compile("\\.entry\\s+(\\w+)\\s*\\(([^)]*)\\)(.*?)(?=\\.visible|\\z)", Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile(
            "\\.param\\s+(?:\\.align\\s+(\\d+)\\s+)?\\.(\\w)(\\d+)[^,\\[]*?(\\w+_param_\\d+)(?:\\[(\\d+)\\])?");
    private static final Pattern LOADED = Pattern.compile("ld\\.param\\.[bu]64\\s+(%rd\\d+), \\[(\\w+)\\]");
    private static final Pattern GLOBAL = Pattern.compile("cvta\\.to\\.global\\.u64\\s+%rd\\d+, (%rd\\d+);");
    private static final Pattern SHARED =
            Pattern.compile("\\.shared\\s+\\.align\\s+\\d+\\s+\\.[a-z](\\d+)\\s+\\w+(?:\\[(\\d+)\\])?;");

    private static final Pattern TARGET = Pattern.compile("\\.target\\s+(\\w+)");
    private static final Pattern THREADS = Pattern.compile("\\A[^{]*\\.maxntid\\s+(\\d+)");
    private static final Pattern CLUSTER =
            Pattern.compile("\\A[^{]*\\.reqnctapercluster\\s+(\\d+)(?:,\\s*(\\d+))?(?:,\\s*(\\d+))?");
    private static final int MOST_THREADS = 1024;
    private static final Map<String, Map<String, Kernel>> READ = new ConcurrentHashMap<>();

    private PtxText() {}

    /**
     * A parameter.
     *
     * @param alignment what its value's address must be a multiple of
     * @param isPointer whether the kernel follows it into global memory
     */
    record Parameter(int bytes, int alignment, boolean isPointer) {}

    /**
     * A kernel.
     *
     * @param sharedBytes that a block has without asking
     * @param mostThreads that a block can have
     * @param cluster blocks of a cluster along x, y and z; the grid's are multiples of them
     */
    record Kernel(String name, List<Parameter> parameters, int sharedBytes, int mostThreads, List<Integer> cluster) {
        boolean hasWholeClusters(Driver.Grid grid) {
            return grid.x() % cluster.get(0) == 0 && grid.y() % cluster.get(1) == 0 && grid.z() % cluster.get(2) == 0;
        }
    }

    /** Whether a device of a compute capability, times 10, runs it: PTX for {@code sm_90a} is for 9.0 alone. */
    static boolean isFor(String ptx, int capability) {
        Matcher target = TARGET.matcher(ptx);
        String name = target.find() ? target.group(1) : "";
        if (name.matches("sm_\\d+a")) {
            return name.equals("sm_" + capability + "a");
        }
        return name.matches("sm_\\d+") && Integer.parseInt(name.substring(3)) <= capability;
    }

    /** Read once a text: tests load the same programs over and over. */
    static Map<String, Kernel> kernels(String ptx) {
        return READ.computeIfAbsent(ptx, PtxText::read);
    }

    private static Map<String, Kernel> read(String ptx) {
        Map<String, Kernel> kernels = new HashMap<>();
        int outside = shared(ptx.substring(0, Math.max(0, ptx.indexOf(".entry"))));
        Matcher entry = ENTRY.matcher(ptx);
        while (entry.find()) {
            Set<String> pointers = pointers(entry.group(3));
            List<Parameter> parameters = new ArrayList<>();
            Matcher parameter = PARAMETER.matcher(entry.group(2));
            while (parameter.find()) {
                int size = Integer.parseInt(parameter.group(3)) / 8;
                int count = parameter.group(5) == null ? 1 : Integer.parseInt(parameter.group(5));
                int alignment = parameter.group(1) == null ? size : Integer.parseInt(parameter.group(1));
                parameters.add(new Parameter(size * count, alignment, pointers.contains(parameter.group(4))));
            }
            Matcher threads = THREADS.matcher(entry.group(3));
            kernels.put(
                    entry.group(1),
                    new Kernel(
                            entry.group(1),
                            parameters,
                            outside + shared(entry.group(3)),
                            threads.find() ? Integer.parseInt(threads.group(1)) : MOST_THREADS,
                            cluster(entry.group(3))));
        }
        return kernels;
    }

    private static List<Integer> cluster(String body) {
        Matcher cluster = CLUSTER.matcher(body);
        boolean isThere = cluster.find();
        return IntStream.rangeClosed(1, 3)
                .mapToObj(axis -> isThere && cluster.group(axis) != null ? Integer.valueOf(cluster.group(axis)) : 1)
                .toList();
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
            int count = shared.group(2) == null ? 1 : Integer.parseInt(shared.group(2));
            bytes += Integer.parseInt(shared.group(1)) / 8 * count;
        }
        return bytes;
    }
}
