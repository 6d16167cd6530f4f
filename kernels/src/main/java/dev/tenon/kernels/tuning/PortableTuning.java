package dev.tenon.kernels.tuning;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.Setting;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendTuning;
import dev.tenon.spi.Tunable;
import dev.tenon.spi.TuningStep;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The tuning of any device that runs portable kernels. */
public final class PortableTuning implements BackendTuning {
    private final DeviceKey device;
    private final ChosenTuning chosen;
    private final Function<DeviceTraits, ? extends BackendDevice> opener;

    /** @param opener opens the same hardware once more, with other traits */
    public PortableTuning(
            DeviceKey device, ChosenTuning chosen, Function<DeviceTraits, ? extends BackendDevice> opener) {
        this.device = device;
        this.chosen = chosen;
        this.opener = opener;
    }

    @Override
    public List<Tunable> tunables() {
        return chosen.tunables();
    }

    @Override
    public List<TuningStep> steps() {
        return TuningSteps.of(chosen.traits());
    }

    @Override
    public BackendDevice open(Map<String, Integer> values) {
        return opener.apply(traits(settings(values)));
    }

    @Override
    public Path table() {
        return TuningTable.userFile();
    }

    @Override
    public void keep(Map<String, Integer> values) {
        Map<Setting, Integer> settings = settings(values);
        traits(settings);
        Path file = table();
        TuningTable.read(file).with(device, settings).write(file);
    }

    private DeviceTraits traits(Map<Setting, Integer> settings) {
        return chosen.traits().with(chosen.traits().tuning().with(settings));
    }

    private static Map<Setting, Integer> settings(Map<String, Integer> values) {
        Map<Setting, Integer> settings = new EnumMap<>(Setting.class);
        values.forEach((label, value) -> settings.put(
                Setting.of(label).orElseThrow(() -> new InvalidArgumentException(label + ": there is no such setting")),
                value));
        return settings;
    }
}
