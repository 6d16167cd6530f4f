package dev.tenon.benchmarks;

import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs {@link OpBenchmark} over every benchmark case whose name holds a regular expression. Arguments: it, a device. */
public final class OpBenchmarks {
    private OpBenchmarks() {}

    public static void main(String[] args) throws RunnerException {
        Pattern wanted = Pattern.compile(args.length > 0 ? args[0] : "");
        String device = args.length > 1 ? args[1] : "cpu";
        String[] names = OpCases.benchmarks().stream()
                .map(OpCase::toString)
                .filter(name -> wanted.matcher(name).find())
                .toArray(String[]::new);
        if (names.length == 0) {
            throw new IllegalArgumentException("no benchmark case's name holds " + wanted);
        }
        new Runner(new OptionsBuilder()
                        .include(OpBenchmark.class.getName())
                        .param("device", device)
                        .param("name", names)
                        .build())
                .run();
    }
}
