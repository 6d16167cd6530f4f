package dev.tenon.cuda.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The text of a PTX module, taken apart: kernels and functions with their statements, and what they share. */
public final class PtxModule {
    private static final Pattern HEAD =
            Pattern.compile("\\.(entry|func)\\s+(?:\\(([^)]*)\\)\\s*)?(\\w+)\\s*(?:\\(([^)]*)\\))?");
    private static final Pattern PARAMETER =
            Pattern.compile("\\.param\\s+(?:\\.align\\s+(\\d+)\\s+)?\\.[a-z](\\d+)\\s+([\\w%$]+)(?:\\[(\\d+)\\])?");

    private static final Pattern CLUSTER = Pattern.compile("\\.reqnctapercluster\\s+(\\d+),\\s*(\\d+),\\s*(\\d+)");

    /** A statement: an instruction with its operands, a declaration, {@code label:}, or a brace. */
    record Statement(String text, int line) {}

    /**
     * A kernel or a function.
     *
     * @param returned the name of what a function returns, if it does
     * @param parameters by name with their sizes, as they lie one after the other
     * @param cluster blocks of a cluster, along x
     */
    record Function(
            String name,
            List<String> returned,
            List<Program.Parameter> parameters,
            int cluster,
            List<Statement> statements) {}

    private final Map<String, Function> kernels = new LinkedHashMap<>();
    private final Map<String, Function> functions = new HashMap<>();
    private final List<Statement> variables = new ArrayList<>();
    private final Map<String, Program> programs = new HashMap<>();

    private PtxModule() {}

    /** Takes a text apart; kernels are looked at when they are first run. */
    public static PtxModule read(String text) {
        PtxModule module = new PtxModule();
        PtxScanner scanner = new PtxScanner(text);
        for (Statement head = scanner.head(); head != null; head = scanner.head()) {
            module.add(head, scanner);
        }
        return module;
    }

    private void add(Statement head, PtxScanner scanner) {
        Matcher matcher = HEAD.matcher(head.text());
        if (!matcher.find()) {
            variables.add(head);
            return;
        }
        if (!scanner.hasBody()) {
            return;
        }
        Function function = new Function(
                matcher.group(3),
                parameters(matcher.group(2)).stream()
                        .map(Program.Parameter::name)
                        .toList(),
                parameters(matcher.group(4)),
                cluster(head.text()),
                scanner.body());
        (matcher.group(1).equals("entry") ? kernels : functions).put(function.name(), function);
    }

    private static int cluster(String head) {
        Matcher cluster = CLUSTER.matcher(head);
        if (!cluster.find()) {
            return 1;
        }
        if (!cluster.group(2).equals("1") || !cluster.group(3).equals("1")) {
            throw new PtxError("a cluster along other axes than x");
        }
        return Integer.parseInt(cluster.group(1));
    }

    private static List<Program.Parameter> parameters(@Nullable String text) {
        List<Program.Parameter> parameters = new ArrayList<>();
        int offset = 0;
        Matcher matcher = PARAMETER.matcher(text == null ? "" : text);
        while (matcher.find()) {
            int size = Integer.parseInt(matcher.group(2)) / 8;
            int alignment = matcher.group(1) == null ? size : Integer.parseInt(matcher.group(1));
            int bytes = size * (matcher.group(4) == null ? 1 : Integer.parseInt(matcher.group(4)));
            offset = (offset + alignment - 1) / alignment * alignment;
            parameters.add(new Program.Parameter(matcher.group(3), offset, bytes));
            offset += bytes;
        }
        return parameters;
    }

    Function function(String name) {
        Function function = functions.get(name);
        if (function == null) {
            throw new PtxError("no function " + name);
        }
        return function;
    }

    /** Declarations outside of all kernels. */
    List<Statement> variables() {
        return variables;
    }

    /**
     * Runs a kernel.
     *
     * @param values the bytes of its parameters
     * @param backwards whether the last blocks and warps go first, which must not matter
     * @throws PtxError if the kernel does what it must not, or is not understood
     */
    public void run(String kernel, LaunchShape shape, List<byte[]> values, GlobalMemory memory, boolean backwards) {
        Program program = programs.computeIfAbsent(kernel, name -> {
            Function function = kernels.get(name);
            if (function == null) {
                throw new PtxError("no kernel " + name);
            }
            return new Assembler(this, function).program();
        });
        new PtxLaunch(program, shape, values, memory).run(backwards);
    }
}
