package dev.tenon.profile;

import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Spans as Trace Event Format JSON: one process a device, one row a thread that called and a clock, times in microseconds.
 */
final class TraceWriter {
    private final Writer out;
    private final Map<String, Integer> devices = new LinkedHashMap<>();
    private final Map<Row, Integer> rows = new LinkedHashMap<>();
    private String separator = "\n";

    /** Spans of one row follow one another. */
    private record Row(String device, long thread, Clock clock) {}

    private TraceWriter(Writer out) {
        this.out = out;
    }

    static void write(List<Profile.Span> spans, Writer out) throws IOException {
        long origin = spans.stream().mapToLong(Profile.Span::startNanos).min().orElse(0);
        out.write(
                "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"clocks\":"
                        + "\"DEVICE: measured by the device, origin moved to the host's clock; HOST: by the host, waiting included\"},");
        out.write("\"traceEvents\":[");
        TraceWriter writer = new TraceWriter(out);
        for (Profile.Span span : spans) {
            writer.span(span, origin);
        }
        out.write("\n]}\n");
    }

    private void span(Profile.Span span, long origin) throws IOException {
        int process = process(span.device());
        int row = row(span, process);
        event(String.format(
                Locale.ROOT,
                "{\"name\":%s,\"cat\":\"op\",\"ph\":\"X\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,"
                        + "\"args\":{\"operands\":%s,\"thread\":%s,\"clock\":\"%s\",\"flops\":%.0f,\"bytes\":%.0f,"
                        + "\"gflops_per_second\":%.3f,\"gbytes_per_second\":%.3f}}",
                quote(span.op()),
                process,
                row,
                (span.startNanos() - origin) / 1e3,
                span.nanos() / 1e3,
                quote(span.operands()),
                quote(span.thread()),
                span.clock(),
                span.cost().flops(),
                span.cost().bytes(),
                span.gigaflops(),
                span.gigabytes()));
    }

    private int process(String device) throws IOException {
        Integer known = devices.get(device);
        if (known != null) {
            return known;
        }
        int process = devices.size() + 1;
        devices.put(device, process);
        event("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%d,\"args\":{\"name\":%s}}"
                .formatted(process, quote(device)));
        return process;
    }

    private int row(Profile.Span span, int process) throws IOException {
        Row key = new Row(span.device(), span.threadId(), span.clock());
        Integer known = rows.get(key);
        if (known != null) {
            return known;
        }
        int row = rows.size() + 1;
        rows.put(key, row);
        String name = switch (span.clock()) {
            case HOST -> span.thread();
            case DEVICE -> "device clock, called by " + span.thread();
        };
        event("{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":%s}}"
                .formatted(process, row, quote(name)));
        return row;
    }

    private void event(String json) throws IOException {
        out.write(separator);
        out.write(json);
        separator = ",\n";
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20) {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
