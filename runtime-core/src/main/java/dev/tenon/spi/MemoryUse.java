package dev.tenon.spi;

/**
 * A device's memory, in bytes.
 *
 * @param used held by live buffers
 * @param cached free, kept for reuse
 * @param limit the most that used and cached may reach together
 */
public record MemoryUse(long used, long cached, long limit) {}
