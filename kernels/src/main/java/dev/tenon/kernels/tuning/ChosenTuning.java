package dev.tenon.kernels.tuning;

import dev.tenon.error.MalformedFileException;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.Setting;
import dev.tenon.spi.Tunable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What is in force on a device: by its limits, then by the shipped table, then by the user's own.
 *
 * @param traits with the tuning in force
 * @param sources which table a setting's value is from; none for those that the limits give
 * @param unused why tables' entries are not in force
 */
public record ChosenTuning(DeviceTraits traits, Map<Setting, String> sources, List<String> unused) {
    private static final String LIMITS = "the device's limits";

    /**
     * Looks a device up in both tables.
     *
     * @param limits with the tuning that they give
     * @throws MalformedFileException if a table is damaged or says what the device does not allow
     * @throws dev.tenon.error.InputOutputException if the user's table is there and cannot be read
     */
    public static ChosenTuning of(DeviceKey device, DeviceTraits limits) {
        return of(device, limits, List.of(TuningTable.shipped(), TuningTable.read(TuningTable.userFile())));
    }

    static ChosenTuning of(DeviceKey device, DeviceTraits limits, List<TuningTable> tables) {
        DeviceTraits traits = limits;
        Map<Setting, String> sources = new EnumMap<>(Setting.class);
        List<String> unused = new ArrayList<>();
        for (TuningTable table : tables) {
            Map<Setting, Integer> settings = table.settings(device, traits);
            traits = traits.with(traits.tuning().with(settings));
            settings.keySet().forEach(setting -> sources.put(setting, table.file()));
            table.otherDrivers(device)
                    .forEach(driver -> unused.add(table.file() + " has settings for driver " + driver + " only"));
        }
        return new ChosenTuning(traits, sources, unused);
    }

    /** Without tables. */
    public static ChosenTuning byLimits(DeviceTraits limits) {
        return new ChosenTuning(limits, Map.of(), List.of());
    }

    /** One line for {@code tenon devices}. */
    public String summary() {
        List<String> parts = new ArrayList<>();
        sources.values().stream()
                .distinct()
                .forEach(table -> parts.add(table + " ("
                        + String.join(
                                ", ",
                                sources.entrySet().stream()
                                        .filter(entry -> entry.getValue().equals(table))
                                        .map(entry -> entry.getKey().label() + " "
                                                + traits.tuning().get(entry.getKey()))
                                        .toList())
                        + ")"));
        if (parts.isEmpty()) {
            parts.add("by " + LIMITS);
        }
        parts.addAll(unused);
        return String.join("; ", parts);
    }

    /** Every setting, its value and where it is from. */
    public List<Tunable> tunables() {
        List<Tunable> tunables = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            tunables.add(new Tunable(
                    setting.label(),
                    setting.meaning(),
                    traits.tuning().get(setting),
                    sources.getOrDefault(setting, LIMITS)));
        }
        return tunables;
    }
}
