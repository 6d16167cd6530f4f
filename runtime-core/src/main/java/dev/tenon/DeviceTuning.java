package dev.tenon;

import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendTuning;
import dev.tenon.spi.Tunable;
import dev.tenon.spi.TuningStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What can be chosen of how a device runs its kernels. From {@link Device#tuning}. */
public final class DeviceTuning {
    private final BackendTuning backend;
    private final Configuration configuration;

    DeviceTuning(BackendTuning backend, Configuration configuration) {
        this.backend = backend;
        this.configuration = configuration;
    }

    /** Every setting in force, and where its value comes from. */
    public List<Tunable> tunables() {
        return backend.tunables();
    }

    /** What is worth trying on this device, in the order in which it is to be tried. */
    public List<TuningStep> steps() {
        return backend.steps();
    }

    /**
     * Opens the same hardware once more with other values, and closes it when {@code use} is done. What is made on it must not
     * outlive that.
     *
     * @param values by {@link Tunable#name}
     * @throws dev.tenon.error.InvalidArgumentException naming a setting that there is not, or that the device's limits do not
     *     allow
     */
    public <T> T with(Map<String, Integer> values, Function<Device, T> use) {
        BackendDevice opened = backend.open(values);
        try {
            return use.apply(new Device(opened, configuration));
        } finally {
            opened.close();
        }
    }

    /** The file in which the user's own values are kept. */
    public Path table() {
        return backend.table();
    }

    /**
     * Keeps values in the user's table, in place of those kept for this device before. They are in force when the device is
     * next opened.
     *
     * @throws dev.tenon.error.InvalidArgumentException as {@link #with}
     * @throws dev.tenon.error.MalformedFileException if the table is damaged; it is left as it is
     * @throws dev.tenon.error.InputOutputException if the table cannot be written
     */
    public void keep(Map<String, Integer> values) {
        backend.keep(values);
    }
}
