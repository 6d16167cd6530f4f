package dev.tenon.kernels.tuning;

import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.AtomicFile;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.Setting;
import dev.tenon.kernels.plan.Tuning;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Settings by device, as a JSON file has them; immutable. Nothing of it is believed that the device's limits do not allow. */
public final class TuningTable {
    private static final String SHIPPED = "/kernels/tuning.json";

    private final String file;
    private final List<Entry> entries;

    /** A device's settings, by their names in the file. */
    record Entry(DeviceKey device, Map<String, Integer> settings) {}

    private TuningTable(String file, List<Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    /**
     * Where the user's own table is: what the system property {@code tenon.tuning} says, else {@code tenon/tuning.json} in the user's
     * folder for configuration.
     */
    public static Path userFile() {
        String property = System.getProperty("tenon.tuning", "");
        if (!property.isEmpty()) {
            return Path.of(property);
        }
        String configuration = System.getenv("XDG_CONFIG_HOME");
        Path root = configuration == null || configuration.isEmpty()
                ? Path.of(System.getProperty("user.home", "."), ".config")
                : Path.of(configuration);
        return root.resolve("tenon").resolve("tuning.json");
    }

    /**
     * Reads a table; one that is not there is empty.
     *
     * @throws MalformedFileException if it breaks the format, naming the field
     * @throws InputOutputException if it cannot be read
     */
    public static TuningTable read(Path file) {
        try {
            return parse(file.toString(), Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return new TuningTable(file.toString(), List.of());
        } catch (IOException e) {
            throw new InputOutputException(file.toString(), "reading", e);
        }
    }

    /** What was measured for devices that are known, and comes with the program. */
    public static TuningTable shipped() {
        try (InputStream in = TuningTable.class.getResourceAsStream(SHIPPED)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + SHIPPED + " is missing");
            }
            return parse("the shipped table", in.readAllBytes());
        } catch (IOException e) {
            throw new InputOutputException("the shipped table", "reading", e);
        }
    }

    static TuningTable parse(String file, byte[] json) {
        return new TuningTable(file, TuningJson.read(file, json));
    }

    /** The name for errors and people. */
    public String file() {
        return file;
    }

    /**
     * A device's settings; empty if the table has none for it and its driver.
     *
     * @param limits what is checked against: its own tuning is what the settings are put upon
     * @throws MalformedFileException for a setting that there is not or that the device does not allow; it names device and setting
     */
    public Map<Setting, Integer> settings(DeviceKey device, DeviceTraits limits) {
        Map<Setting, Integer> settings = new EnumMap<>(Setting.class);
        Optional<Entry> entry = entry(device);
        if (entry.isEmpty()) {
            return settings;
        }
        entry.get().settings().forEach((label, value) -> {
            Setting setting = Setting.of(label).orElseThrow(() -> malformed(device, label, "there is no such setting"));
            settings.put(setting, value);
        });
        Tuning tuning = limits.tuning().with(settings);
        limits.refusal(tuning).ifPresent(refusal -> {
            throw malformed(device, refusal.setting().label(), refusal.reason());
        });
        return settings;
    }

    /** The drivers for which the table has settings of the same hardware, where it has none for this one. */
    public List<String> otherDrivers(DeviceKey device) {
        return entry(device).isPresent()
                ? List.of()
                : entries.stream()
                        .map(Entry::device)
                        .filter(device::isSameHardware)
                        .map(DeviceKey::driver)
                        .toList();
    }

    private Optional<Entry> entry(DeviceKey device) {
        return entries.stream().filter(each -> each.device().equals(device)).findFirst();
    }

    private MalformedFileException malformed(DeviceKey device, String label, String problem) {
        return new MalformedFileException(
                file,
                "device \"" + device.device() + "\" (driver " + device.driver() + "), setting " + label,
                -1,
                problem);
    }

    /** With further settings for a device, in place of their values before. */
    public TuningTable with(DeviceKey device, Map<Setting, Integer> settings) {
        Map<String, Integer> merged =
                new LinkedHashMap<>(entry(device).map(Entry::settings).orElse(Map.of()));
        new TreeMap<>(settings).forEach((setting, value) -> merged.put(setting.label(), value));
        List<Entry> others = new ArrayList<>(
                entries.stream().filter(each -> !each.device().equals(device)).toList());
        return new TuningTable(
                file,
                Stream.concat(others.stream(), Stream.of(new Entry(device, merged)))
                        .toList());
    }

    /**
     * Writes the table, whole or not at all, into its file; folders that are missing are made.
     *
     * @throws InputOutputException if it cannot be written
     */
    public void write(Path to) {
        try {
            Path folder = to.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw new InputOutputException(to.toString(), "writing", e);
        }
        byte[] json = TuningJson.write(entries);
        AtomicFile.write(to, channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(json)));
    }
}
