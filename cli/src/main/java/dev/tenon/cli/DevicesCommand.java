package dev.tenon.cli;

import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.spi.DeviceProperties;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tenon devices}. */
@Command(name = "devices", description = "List the devices found, and what was not found and why.")
final class DevicesCommand extends TenonCommand {
    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads; 0: one a core.")
    private int threads;

    @Override
    void execute() {
        try (Tenon tenon = RuntimeArguments.open(threads)) {
            if (isJson()) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put(
                        "devices",
                        tenon.devices().stream().map(DevicesCommand::facts).toList());
                document.put("missing", tenon.reasons());
                printJson(document);
                return;
            }
            for (Device device : tenon.devices()) {
                DeviceProperties p = device.properties();
                out().printf("%s: %s%n", p.name(), p.description());
                out().printf("  %-16s %s%n", "backend", p.backend());
                out().printf("  %-16s %.1f GiB%n", "memory", p.memoryBytes() / (double) (1L << 30));
                out().printf("  %-16s %d%n", "compute units", p.computeUnits());
                out().printf("  %-16s %s%n", "types", types(p));
                p.details().forEach((name, value) -> out().printf("  %-16s %s%n", name, value));
            }
            if (tenon.devices().isEmpty()) {
                out().println("no devices");
            }
            tenon.reasons().forEach(reason -> out().println("not found: " + reason));
        }
    }

    private static String types(DeviceProperties properties) {
        return String.join(" ", properties.types().stream().map(Enum::name).toList());
    }

    private static Map<String, Object> facts(Device device) {
        DeviceProperties p = device.properties();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", p.name());
        facts.put("backend", p.backend());
        facts.put("description", p.description());
        facts.put("memory_bytes", p.memoryBytes());
        facts.put("compute_units", p.computeUnits());
        facts.put(
                "types",
                List.copyOf(p.types()).stream().map(Enum::name).sorted().toList());
        facts.put("details", p.details());
        return facts;
    }
}
