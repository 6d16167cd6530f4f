package dev.tenon.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What can be chosen of how a device runs its kernels, and how a choice is tried and kept. */
public interface BackendTuning {
    /** Every setting in force, and where its value comes from. */
    List<Tunable> tunables();

    /** What is worth trying on this device, in the order in which it is to be tried. */
    List<TuningStep> steps();

    /**
     * Opens the same hardware once more, with other values for some settings; memory and queues are its own. The caller
     * closes it.
     *
     * @param values by {@link Tunable#name}
     * @throws dev.tenon.error.InvalidArgumentException naming a setting that there is not, or that the device's limits do not
     *     allow
     */
    BackendDevice open(Map<String, Integer> values);

    /** The file in which the user's own values are kept. */
    Path table();

    /**
     * Keeps values in the user's table, in place of those kept for this device before. They are in force when the device is
     * next opened.
     *
     * @throws dev.tenon.error.InvalidArgumentException as {@link #open}
     * @throws dev.tenon.error.MalformedFileException if the table is damaged; it is left as it is
     * @throws dev.tenon.error.InputOutputException if the table cannot be written
     */
    void keep(Map<String, Integer> values);
}
