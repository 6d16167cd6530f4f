package dev.tenon.models.gguf;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * One parsed file.
 *
 * @param tensors by name, in the file's order
 * @param dataStart the first byte of the data section
 */
record GgufPart(
        String file,
        MemorySegment segment,
        int version,
        GgufMetadata metadata,
        long alignment,
        long dataStart,
        Map<String, GgufTensor> tensors) {}
