package dev.tenon.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What all subcommands have in common. */
abstract class TenonCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON document instead of text.")
    private boolean json;

    @Option(names = "--verbose", description = "Print stack traces with errors.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help.")
    private boolean help;

    final boolean isJson() {
        return json;
    }

    final boolean isVerbose() {
        return verbose;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Prints a document made of maps, lists, strings, numbers and truth values. */
    final void printJson(Object document) {
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        out().println(mapper.writeValueAsString(document));
        out().flush();
    }

    /** A number for JSON and for people: three digits after the point are all that a clock gives. */
    static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    /** Does the command's work. */
    abstract void execute();

    @Override
    public final Integer call() {
        execute();
        out().flush();
        return 0;
    }

    /** A line of {@code key: value}, aligned. */
    final void printFact(String key, Object value) {
        out().printf("%-14s %s%n", key + ":", value);
    }

    /** The same for each entry of a map. */
    final void printFacts(Map<String, ?> facts) {
        facts.forEach(this::printFact);
    }
}
