package dev.tenon.spi;

/**
 * One setting of how a device runs its kernels.
 *
 * @param name as tuning tables have it
 * @param meaning what it says, in a few words
 * @param value in force
 * @param source where the value comes from, in words: the device's limits, a table
 */
public record Tunable(String name, String meaning, int value, String source) {}
