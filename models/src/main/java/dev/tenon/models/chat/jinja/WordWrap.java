package dev.tenon.models.chat.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code wordwrap} filter: Python's {@code textwrap} on each line. */
final class WordWrap {
    private static final Pattern SPACES = Pattern.compile("\\s+|\\S+");
    private static final Pattern HYPHENS =
            Pattern.compile("\\s+|[^\\s\\w]*\\w+[^0-9\\W]-(?=\\w+[^0-9\\W])|(?:(?!-{2,}\\w)\\S)+|-{2,}(?=\\w)");

    private WordWrap() {}

    static Value filter(Value input, Arguments arguments) {
        Arguments.Bound bound =
                arguments.bind("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
        int width = bound.integer(0, 79);
        if (width <= 0) {
            throw PythonError.valueError("invalid width " + width + " (must be > 0)");
        }
        if (input instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        if (!(input instanceof Value.Str self)) {
            throw new PythonError("AttributeError", "'" + input.typeName() + "' object has no attribute 'splitlines'");
        }
        String wrap = bound.given(2) ? bound.text(2) : "\n";
        List<String> lines = new ArrayList<>();
        for (String line : Text.lines(self.text(), false)) {
            lines.add(String.join(wrap, wrap(line, width, bound.flag(1, true), bound.flag(3, true))));
        }
        return Value.text(arguments.budget().text(String.join(wrap, lines)));
    }

    private static List<String> wrap(String line, int width, boolean breakLong, boolean hyphens) {
        Deque<String> chunks = new ArrayDeque<>();
        Matcher matcher = (hyphens ? HYPHENS : SPACES).matcher(line);
        while (matcher.find()) {
            chunks.add(matcher.group());
        }
        List<String> wrapped = new ArrayList<>();
        while (!chunks.isEmpty()) {
            if (!wrapped.isEmpty() && Text.isBlank(chunks.peek(), 0)) {
                chunks.poll();
                continue;
            }
            String current = fill(chunks, width, breakLong);
            if (!current.isEmpty()) {
                wrapped.add(current);
            }
        }
        return wrapped;
    }

    private static String fill(Deque<String> chunks, int width, boolean breakLong) {
        StringBuilder current = new StringBuilder();
        while (!chunks.isEmpty() && Text.length(current.toString()) + Text.length(chunks.peek()) <= width) {
            current.append(chunks.poll());
        }
        if (!chunks.isEmpty() && Text.length(chunks.peek()) > width) {
            int room = Math.max(1, width - Text.length(current.toString()));
            String chunk = chunks.poll();
            if (breakLong) {
                current.append(Text.slice(chunk, 0, room));
                chunks.push(Text.slice(chunk, room, Text.length(chunk)));
            } else if (current.isEmpty()) {
                current.append(chunk);
            } else {
                chunks.push(chunk);
            }
        }
        return Text.stripRight(current.toString());
    }
}
