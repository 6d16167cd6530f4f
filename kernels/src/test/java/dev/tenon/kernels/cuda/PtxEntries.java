package dev.tenon.kernels.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernels of a PTX module, in its order, with their parameters' sizes in bytes. */
final class PtxEntries {
    private static final Pattern ENTRY = Pattern.compile("\\.entry (\\w+)\\(([^)]*)\\)");
    private static final Pattern PARAMETER =
            Pattern.compile("\\.param (?:\\.align \\d+ )?\\.([a-z]\\d+)[^\\[,]*(?:\\[(\\d+)])?");

    private PtxEntries() {}

    static Map<String, List<Integer>> of(String ptx) {
        Map<String, List<Integer>> entries = new LinkedHashMap<>();
        Matcher entry = ENTRY.matcher(ptx);
        while (entry.find()) {
            List<Integer> sizes = new ArrayList<>();
            Matcher parameter = PARAMETER.matcher(entry.group(2));
            while (parameter.find()) {
                int bits = Integer.parseInt(parameter.group(1).substring(1));
                sizes.add(parameter.group(2) == null ? bits / 8 : Integer.parseInt(parameter.group(2)) * bits / 8);
            }
            entries.put(entry.group(1), sizes);
        }
        return entries;
    }

    /** The sizes that a launch's arguments have. */
    static List<Integer> sizes(List<CudaArgument> arguments) {
        return arguments.stream()
                .map(argument -> switch (argument) {
                    case CudaArgument.Memory _, CudaArgument.Scratch _ -> Long.BYTES;
                    case CudaArgument.Value value -> value.bytes();
                    case CudaArgument.Fields fields -> fields.values().length * Long.BYTES;
                    case CudaArgument.Map _, CudaArgument.ScratchMap _ -> 128;
                })
                .toList();
    }
}
