package dev.tenon.cuda.ptx;

import java.lang.foreign.MemorySegment;

/**
 * Memory that lies at one address.
 *
 * @param start the address of its first byte
 * @param content as many bytes as there are
 */
public record Region(long start, MemorySegment content) {
    boolean holds(long address, int bytes) {
        long from = address - start;
        return from >= 0 && from + bytes <= content.byteSize();
    }
}
