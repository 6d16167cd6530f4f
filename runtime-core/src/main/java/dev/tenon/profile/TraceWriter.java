package dev.tenon.profile;

import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Spans as Trace Event Format JSON: one process a device, one row a thread, times in microseconds. */
final class TraceWriter {
    private TraceWriter() {}

    static void write(List<Profile.Span> spans, Writer out) throws IOException {
        Map<String, Integer> devices = new LinkedHashMap<>();
        long origin = spans.stream().mapToLong(Profile.Span::startNanos).min().orElse(0);
        out.write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
        String separator = "\n";
        for (Profile.Span span : spans) {
            Integer known = devices.get(span.device());
            int device = known == null ? devices.size() + 1 : known;
            if (known == null) {
                devices.put(span.device(), device);
                out.write(separator);
                out.write("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%d,\"args\":{\"name\":%s}}"
                        .formatted(device, quote(span.device())));
                separator = ",\n";
            }
            out.write(separator);
            out.write(String.format(
                    Locale.ROOT,
                    "{\"name\":%s,\"cat\":\"op\",\"ph\":\"X\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,"
                            + "\"args\":{\"operands\":%s,\"thread\":%s,\"flops\":%.0f,\"bytes\":%.0f,"
                            + "\"gflops_per_second\":%.3f,\"gbytes_per_second\":%.3f}}",
                    quote(span.op()),
                    device,
                    span.threadId(),
                    (span.startNanos() - origin) / 1e3,
                    span.nanos() / 1e3,
                    quote(span.operands()),
                    quote(span.thread()),
                    span.cost().flops(),
                    span.cost().bytes(),
                    span.gigaflops(),
                    span.gigabytes()));
            separator = ",\n";
        }
        out.write("\n]}\n");
    }

    private static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
