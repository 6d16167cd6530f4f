package dev.tenon.models.gguf;

import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Models split over files named {@code NAME-00001-of-00003.gguf}: each file says its place in {@code split.no} (from
 * 0), and all say {@code split.count} and {@code split.tensors.count}.
 */
final class GgufSplit {
    private static final String NUMBER = "split.no";
    private static final String COUNT = "split.count";
    private static final String TENSORS = "split.tensors.count";
    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf", Pattern.DOTALL);

    private GgufSplit() {}

    /** The file that holds the metadata of the model to which {@code path} belongs. */
    static Path first(Path path) {
        Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
        return name.matches() ? sibling(path, name.group(1), 1, Integer.parseInt(name.group(3))) : path;
    }

    /**
     * The files that follow the first.
     *
     * @throws MalformedFileException if the file says that it is split but is not named so
     */
    static List<Path> others(Path path, GgufPart first) {
        int count = first.metadata().count(COUNT, 1);
        List<Path> others = new ArrayList<>();
        if (count <= 1) {
            return others;
        }
        Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
        if (!name.matches() || Integer.parseInt(name.group(3)) != count) {
            throw first.metadata()
                    .malformed(
                            COUNT,
                            "this is one of " + count
                                    + " files, but its name does not end in -NNNNN-of-%05d.gguf".formatted(count));
        }
        for (int i = 2; i <= count; i++) {
            others.add(sibling(path, name.group(1), i, count));
        }
        return others;
    }

    private static Path sibling(Path path, String name, int number, int count) {
        return path.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name, number, count));
    }

    /**
     * The tensors of all parts.
     *
     * @throws MalformedFileException if the parts do not belong together or two tensors have one name
     */
    static Map<String, GgufTensor> join(List<GgufPart> parts) {
        if (parts.size() == 1) {
            return parts.getFirst().tensors();
        }
        Map<String, GgufTensor> all = new LinkedHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            GgufPart part = parts.get(i);
            expect(part, NUMBER, i);
            expect(part, COUNT, parts.size());
            for (GgufTensor tensor : part.tensors().values()) {
                if (all.putIfAbsent(tensor.name(), tensor) != null) {
                    throw new MalformedFileException(
                            part.file(),
                            "tensor " + Quote.of(tensor.name()),
                            -1,
                            "an earlier file of the model has one of this name");
                }
            }
        }
        GgufMetadata metadata = parts.getFirst().metadata();
        if (metadata.has(TENSORS) && metadata.integer(TENSORS) != all.size()) {
            throw metadata.malformed(TENSORS, "the files hold " + all.size() + " tensors");
        }
        return all;
    }

    private static void expect(GgufPart part, String key, int value) {
        if (part.metadata().integer(key) != value) {
            throw part.metadata().malformed(key, "it should be " + value + " for this file of the model");
        }
    }
}
