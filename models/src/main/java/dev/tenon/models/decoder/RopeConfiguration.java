package dev.tenon.models.decoder;

import dev.tenon.RopeFrequencies;

/**
 * A layer's rotary embedding.
 *
 * @param size elements of a head that turn, from its first
 */
public record RopeConfiguration(int size, double base, RopeScaling scaling) {
    /** @param length positions that the session may use */
    RopeFrequencies frequencies(long length) {
        return scaling.frequencies(size, base, length);
    }
}
