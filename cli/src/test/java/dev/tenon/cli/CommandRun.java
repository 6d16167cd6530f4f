package dev.tenon.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** One run of the command inside the test's process: its exit status, and what it printed where. */
record CommandRun(int status, String out, String err) {
    static CommandRun of(Object... arguments) {
        return with("", arguments);
    }

    /** With a text on standard input. */
    static CommandRun with(String input, Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            int status = line.execute(words);
            return new CommandRun(status, out.toString(), err.toString());
        } finally {
            System.setIn(before);
        }
    }

    /** Standard output as one JSON object. */
    @SuppressWarnings("unchecked")
    Map<String, Object> json() {
        return JsonMapper.shared().readValue(out, Map.class);
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> objects(String field) {
        return (List<Map<String, Object>>) json().get(field);
    }

    /** The names of the JSON object, in order. */
    List<String> names() {
        return List.copyOf(json().keySet());
    }

    /** Standard output without line ends around it. */
    String text() {
        return out.strip();
    }
}
