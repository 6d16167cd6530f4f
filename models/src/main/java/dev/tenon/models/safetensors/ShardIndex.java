package dev.tenon.models.safetensors;

import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.MappedFile;
import dev.tenon.io.Quote;
import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The index of a sharded checkpoint ({@code model.safetensors.index.json}): which file beside it holds which tensor.
 *
 * @param shards by tensor name, in the index's order
 */
record ShardIndex(String file, Map<String, Entry> shards) {
    private static final String WEIGHT_MAP = "weight_map";

    /** A file's name and the byte in the index at which it stands. */
    record Entry(String shard, long at) {}

    /**
     * @throws InputOutputException if it is missing or cannot be read
     * @throws MalformedFileException if it is not such an index
     */
    static ShardIndex read(Path path) {
        try (MappedFile file = MappedFile.open(path)) {
            return read(file.segment(), file.name());
        }
    }

    static ShardIndex read(MemorySegment text, String file) {
        if (text.byteSize() > SafetensorsHeader.MAX_HEADER) {
            throw new MalformedFileException(
                    file, "index", -1, "more than " + SafetensorsHeader.MAX_HEADER + " bytes of JSON");
        }
        try (JsonCursor json = new JsonCursor(text, file, 0, "index")) {
            Map<String, Entry> shards = null;
            json.enterObject("index");
            while (true) {
                long at = json.at();
                String member = json.nextMember("index");
                if (member == null) {
                    break;
                }
                if (!member.equals(WEIGHT_MAP)) {
                    json.skip("index");
                } else if (shards == null) {
                    shards = weightMap(json, file);
                } else {
                    throw new MalformedFileException(file, WEIGHT_MAP, at, "there is another one");
                }
            }
            json.end("index");
            if (shards == null) {
                throw new MalformedFileException(file, WEIGHT_MAP, -1, "it is missing");
            }
            return new ShardIndex(file, shards);
        }
    }

    private static Map<String, Entry> weightMap(JsonCursor json, String file) {
        Map<String, Entry> shards = new LinkedHashMap<>();
        json.enterObject(WEIGHT_MAP);
        while (true) {
            long at = json.at();
            String tensor = json.nextMember(WEIGHT_MAP);
            if (tensor == null) {
                return shards;
            }
            String field = WEIGHT_MAP + " " + Quote.of(tensor);
            Entry entry = new Entry(json.string(field), at);
            if (!isPlainName(entry.shard)) {
                throw new MalformedFileException(
                        file, field, at, Quote.of(entry.shard) + " is not the plain name of a file in the same folder");
            }
            if (shards.putIfAbsent(tensor, entry) != null) {
                throw new MalformedFileException(file, field, at, "there is another one of this name");
            }
            if (shards.size() > SafetensorsHeader.MAX_TENSORS) {
                throw new MalformedFileException(
                        file, WEIGHT_MAP, at, "more than " + SafetensorsHeader.MAX_TENSORS + " tensors");
            }
        }
    }

    /** An index comes from outside and must not reach out of its folder. */
    private static boolean isPlainName(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            return false;
        }
        try {
            Path path = Path.of(name);
            return name.indexOf('/') < 0 && name.indexOf('\\') < 0 && !path.isAbsolute() && path.getNameCount() == 1;
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
