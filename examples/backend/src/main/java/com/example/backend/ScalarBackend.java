package com.example.backend;

import dev.tenon.Configuration;
import dev.tenon.spi.BackendProvider;
import dev.tenon.spi.Discovery;
import java.util.List;

/**
 * What Tenon finds: named in {@code module-info.java} for the module path, and under {@code META-INF/services} for the class
 * path. A backend for hardware would put a sentence into the reasons where there is no driver.
 */
public final class ScalarBackend implements BackendProvider {
    static final String NAME = "scalar";

    @Override
    public String name() {
        return NAME;
    }

    /** Listed after all others: it is the slowest. */
    @Override
    public int priority() {
        return -10;
    }

    @Override
    public Discovery discover(Configuration configuration) {
        return new Discovery(List.of(new ScalarDevice(configuration)), List.of());
    }
}
