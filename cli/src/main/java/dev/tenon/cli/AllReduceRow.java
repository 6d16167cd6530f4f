package dev.tenon.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * One measured size, as nccl-tests define its rates: the algorithm bandwidth is the tensor's bytes by the time, the bus
 * bandwidth what each rank at the least has to send and receive for that, 2 (n - 1) / n times as much.
 *
 * @param micros the time of one all-reduce, the mean over calls in a row, of the slowest rank
 * @param percentOfLimit of what all ranks together reach when each reads and writes as many bytes in place, which no
 *     all-reduce can do without; NaN where it was not measured
 * @param barrierMicros the time of a barrier in the same moment: two or three times the usual says that the ranks' cores did
 *     not share a cache
 */
record AllReduceRow(
        String transport,
        int ranks,
        String type,
        long bytes,
        double micros,
        double percentOfLimit,
        double barrierMicros) {
    double algorithmGigabytes() {
        return bytes / micros / 1e3;
    }

    double busGigabytes() {
        return algorithmGigabytes() * 2 * (ranks - 1) / ranks;
    }

    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("transport", transport);
        document.put("ranks", ranks);
        document.put("type", type);
        document.put("bytes", bytes);
        document.put("latency_us", TenonCommand.rounded(micros));
        document.put("algorithm_gb_per_s", TenonCommand.rounded(algorithmGigabytes()));
        document.put("bus_gb_per_s", TenonCommand.rounded(busGigabytes()));
        document.put("percent_of_limit", Double.isNaN(percentOfLimit) ? null : TenonCommand.rounded(percentOfLimit));
        document.put("barrier_us", TenonCommand.rounded(barrierMicros));
        return document;
    }

    /** Reads what {@link #document} wrote. */
    static AllReduceRow of(JsonNode document) {
        return new AllReduceRow(
                document.path("transport").asString(),
                document.path("ranks").asInt(),
                document.path("type").asString(),
                document.path("bytes").asLong(),
                document.path("latency_us").asDouble(),
                document.path("percent_of_limit").asDouble(Double.NaN),
                document.path("barrier_us").asDouble(Double.NaN));
    }

    static String header() {
        return "%-24s %5s %-4s %12s %12s %12s %12s %9s %11s"
                .formatted(
                        "transport",
                        "ranks",
                        "type",
                        "bytes",
                        "time us",
                        "algbw GB/s",
                        "busbw GB/s",
                        "of limit",
                        "barrier us");
    }

    @Override
    public String toString() {
        return "%-24s %5d %-4s %12d %12.2f %12.3f %12.3f %9s %11.2f"
                .formatted(
                        transport,
                        ranks,
                        type,
                        bytes,
                        micros,
                        algorithmGigabytes(),
                        busGigabytes(),
                        Double.isNaN(percentOfLimit) ? "-" : "%.0f%%".formatted(percentOfLimit),
                        barrierMicros);
    }
}
