package dev.tenon.cuda;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's assembler from PTX to machine code, which JCuda brings along and which needs no device. */
final class PtxAssembler {
    private static final Pattern KERNEL = Pattern.compile("Compiling entry function '(\\w+)' for '(\\w+)'");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    private PtxAssembler() {}

    /**
     * What a kernel needs of a multiprocessor.
     *
     * @param shared bytes of shared memory that it declares
     * @param spills bytes of registers that go to memory and come back
     */
    record Need(String kernel, int registers, int shared, int spills) {
        Need most(Need other) {
            return new Need(
                    kernel,
                    Math.max(registers, other.registers),
                    Math.max(shared, other.shared),
                    Math.max(spills, other.spills));
        }

        boolean isWithin(Need budget) {
            return most(budget).equals(budget);
        }
    }

    /**
     * Assembles a program.
     *
     * @param architecture for example {@code sm_90a}
     * @return what each of its kernels needs
     * @throws AssertionError with the assembler's log if it does not assemble
     */
    static List<Need> assemble(String ptx, String architecture) {
        byte[] text = (ptx + '\0').getBytes(StandardCharsets.US_ASCII);
        nvPTXCompilerHandle handle = new nvPTXCompilerHandle();
        check("nvPTXCompilerCreate", JNvPTXCompiler.nvPTXCompilerCreate(handle, text.length, text));
        try {
            String[] options = {"--gpu-name=" + architecture, "--verbose"};
            int code = JNvPTXCompiler.nvPTXCompilerCompile(handle, options.length, options);
            if (code != 0) {
                throw new AssertionError(architecture + ": " + errors(handle));
            }
            return needs(information(handle));
        } finally {
            check("nvPTXCompilerDestroy", JNvPTXCompiler.nvPTXCompilerDestroy(handle));
        }
    }

    private static String errors(nvPTXCompilerHandle handle) {
        long[] size = new long[1];
        check("nvPTXCompilerGetErrorLogSize", JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(handle, size));
        byte[] log = new byte[(int) size[0] + 1];
        check("nvPTXCompilerGetErrorLog", JNvPTXCompiler.nvPTXCompilerGetErrorLog(handle, log));
        return new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    private static String information(nvPTXCompilerHandle handle) {
        long[] size = new long[1];
        check("nvPTXCompilerGetInfoLogSize", JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(handle, size));
        byte[] log = new byte[(int) size[0] + 1];
        check("nvPTXCompilerGetInfoLog", JNvPTXCompiler.nvPTXCompilerGetInfoLog(handle, log));
        return new String(log, StandardCharsets.UTF_8).replace("\0", "");
    }

    private static List<Need> needs(String log) {
        List<Need> needs = new ArrayList<>();
        Matcher kernel = KERNEL.matcher(log);
        while (kernel.find()) {
            int end = log.indexOf("Compiling entry function", kernel.end());
            String part = log.substring(kernel.end(), end < 0 ? log.length() : end);
            needs.add(new Need(kernel.group(1), number(REGISTERS, part), number(SHARED, part), number(SPILLS, part)));
        }
        return needs;
    }

    private static int number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private static void check(String function, int code) {
        if (code != 0) {
            throw new AssertionError(function + " failed with " + code);
        }
    }
}
