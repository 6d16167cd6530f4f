package dev.tenon.spi;

/**
 * A device's measured limits, with all its compute units at work.
 *
 * @param flops F32 multiply-adds, counted as two, a second
 * @param readBytes bytes read from memory a second, from buffers far larger than any cache
 */
public record DeviceLimits(double flops, double readBytes) {}
