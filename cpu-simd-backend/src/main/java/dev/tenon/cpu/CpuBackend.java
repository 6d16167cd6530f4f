package dev.tenon.cpu;

import dev.tenon.Configuration;
import dev.tenon.spi.BackendProvider;
import dev.tenon.spi.Discovery;
import java.util.List;

/** Provides the one device that every machine has. */
public final class CpuBackend implements BackendProvider {
    /** The backend's and its device's name. */
    public static final String NAME = "cpu";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Discovery discover(Configuration configuration) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new Discovery(
                    List.of(), List.of("the Vector API is not in this JVM (add --add-modules jdk.incubator.vector)"));
        }
        return new Discovery(List.of(new CpuDevice(configuration)), List.of());
    }
}
