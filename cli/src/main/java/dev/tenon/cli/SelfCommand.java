package dev.tenon.cli;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How to start this program again. */
final class SelfCommand {
    private SelfCommand() {}

    /** The same JVM, with the options that count for speed and access, and the same classes. */
    static List<String> of(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-XX:+Use") || option.startsWith("-Xm"))
                .forEach(command::add);
        command.addAll(List.of(
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-cp",
                String.join(
                        File.pathSeparator,
                        Stream.of("jdk.module.path", "java.class.path")
                                .map(name -> System.getProperty(name, ""))
                                .filter(path -> !path.isEmpty())
                                .toList()),
                Main.class.getName()));
        command.addAll(arguments);
        return command;
    }
}
