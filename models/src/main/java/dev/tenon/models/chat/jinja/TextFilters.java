package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Arguments.Bound;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Filters that make text. */
final class TextFilters {
    private static final Pattern WORD_START = Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern TAG = Pattern.compile("<!--.*?-->|<[^>]*>", Pattern.DOTALL);

    private TextFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        for (String name : List.of("upper", "lower", "capitalize")) {
            filters.put(name, (input, arguments) -> {
                arguments.none(name);
                return map(input, text -> TextCase.change(text, name), arguments);
            });
        }
        filters.put("title", (input, arguments) -> map(input, TextFilters::title, arguments));
        filters.put("trim", TextFilters::trim);
        filters.put("string", (input, arguments) -> soft(input));
        filters.put("safe", (input, arguments) -> new Value.Str(Representation.string(input), true));
        filters.put("escape", TextFilters::escape);
        filters.put("e", TextFilters::escape);
        filters.put(
                "forceescape", (input, arguments) -> new Value.Str(Text.escape(Representation.string(input)), true));
        filters.put("replace", TextFilters::replace);
        filters.put("format", TextFilters::format);
        filters.put("indent", TextFilters::indent);
        filters.put("center", TextFilters::center);
        filters.put("truncate", TextFilters::truncate);
        filters.put(
                "wordcount",
                (input, arguments) -> Value.of(
                        WORD.matcher(Representation.string(input)).results().count()));
        filters.put("wordwrap", WordWrap::filter);
        filters.put("striptags", TextFilters::stripTags);
        filters.put("urlencode", TextFilters::urlEncode);
        filters.put("xmlattr", TextFilters::xmlAttributes);
    }

    /** A string as it is, anything else printed. */
    static Value.Str soft(Value input) {
        return input instanceof Value.Str text ? text : Value.text(Representation.string(input));
    }

    private static Value map(Value input, UnaryOperator<String> change, Arguments arguments) {
        Value.Str text = soft(input);
        arguments.budget().make(text.text().length());
        return new Value.Str(arguments.budget().text(change.apply(text.text())), text.markup());
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder();
        Matcher starts = WORD_START.matcher(text);
        int from = 0;
        while (starts.find()) {
            title.append(TextCase.change(text.substring(from, starts.start()), "capitalize"));
            title.append(starts.group());
            from = starts.end();
        }
        return title.append(TextCase.change(text.substring(from), "capitalize")).toString();
    }

    private static Value trim(Value input, Arguments arguments) {
        Bound bound = arguments.bind("trim", 0, "chars");
        return map(
                input,
                text -> bound.given(0)
                        ? Text.stripRight(Text.stripLeft(text, bound.text(0)), bound.text(0))
                        : Text.stripRight(Text.stripLeft(text)),
                arguments);
    }

    private static Value escape(Value input, Arguments arguments) {
        boolean done = input instanceof Value.Str text && text.markup();
        return done ? input : new Value.Str(arguments.budget().text(Text.escape(Representation.string(input))), true);
    }

    private static Value replace(Value input, Arguments arguments) {
        Bound bound = arguments.bind("replace", 2, "old", "new", "count");
        int most = bound.given(2) ? bound.integer(2, -1) : -1;
        return Value.text(StringMethods.replace(
                Representation.string(input),
                Representation.string(bound.get(0)),
                Representation.string(bound.get(1)),
                most,
                arguments.budget()));
    }

    private static Value format(Value input, Arguments arguments) {
        if (!arguments.values().isEmpty() && !arguments.named().isEmpty()) {
            throw PythonError.filterArgument("can't handle positional and keyword arguments at the same time");
        }
        Value values;
        if (arguments.named().isEmpty()) {
            values = new Value.TupleOf(arguments.values());
        } else {
            Value.Dict dict = new Value.Dict();
            arguments.named().forEach((name, value) -> dict.put(Value.text(name), value));
            values = dict;
        }
        return Value.text(PercentFormat.format(soft(input).text(), values, arguments.budget()));
    }

    private static Value indent(Value input, Arguments arguments) {
        Bound bound = arguments.bind("indent", 0, "width", "first", "blank");
        Budget budget = arguments.budget();
        Value width = bound.get(0, Value.of(4));
        String margin = width instanceof Value.Str text
                ? text.text()
                : StringMethods.pad("", Arithmetic.index(width), " ", "ljust", budget);
        if (!(input instanceof Value.Str self)) {
            // What adding a line end to something else says.
            throw input instanceof Value.Undefined undefined
                    ? undefined.error()
                    : PythonError.typeError("unsupported operand type(s) for +=: '" + input.typeName() + "' and 'str'");
        }
        boolean blank = bound.flag(2, false);
        List<String> lines = Text.lines(self.text() + "\n", false);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            boolean indents = i > 0 && (blank || !lines.get(i).isEmpty());
            budget.make((long) out.length() + margin.length() >> 4);
            out.append(i > 0 ? "\n" : "").append(indents ? margin : "").append(lines.get(i));
        }
        return new Value.Str(budget.text((bound.flag(1, false) ? margin : "") + out), self.markup());
    }

    private static Value center(Value input, Arguments arguments) {
        int width = arguments.bind("center", 0, "width").integer(0, 80);
        return map(input, text -> StringMethods.pad(text, width, " ", "center", arguments.budget()), arguments);
    }

    private static Value truncate(Value input, Arguments arguments) {
        Bound bound = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
        int length = bound.integer(0, 255);
        String end = bound.text(2, "...");
        int leeway = bound.given(3) ? bound.integer(3, 5) : 5;
        if (length < Text.length(end) || leeway < 0) {
            throw new PythonError("AssertionError", "expected length >= " + Text.length(end) + ", got " + length);
        }
        if (Values.length(input) <= (long) length + leeway) {
            return input;
        }
        if (!(input instanceof Value.Str self)) {
            throw PythonError.typeError("can only truncate text, not " + input.typeName());
        }
        String cut = Text.slice(self.text(), 0, length - Text.length(end));
        if (!bound.flag(1, false)) {
            int space = cut.lastIndexOf(' ');
            cut = space < 0 ? cut : cut.substring(0, space);
        }
        return Value.text(cut + end);
    }

    private static Value stripTags(Value input, Arguments arguments) {
        arguments.none("striptags");
        String text = TAG.matcher(Representation.string(input)).replaceAll("");
        String plain = String.join(" ", Text.split(text, -1));
        return Value.text(plain.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#39;", "'")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"")
                .replace("&amp;", "&"));
    }

    private static Value urlEncode(Value input, Arguments arguments) {
        arguments.none("urlencode");
        if (input instanceof Value.Str || !Values.isIterable(input)) {
            return Value.text(quote(Representation.string(input), "/", false));
        }
        Value pairs = input instanceof Value.Dict dict ? new Value.ListOf(dict.items()) : input;
        List<String> parts = new ArrayList<>();
        Values.iterate(pairs).forEachRemaining(item -> {
            List<Value> pair = Values.list(item);
            parts.add(pair.stream()
                    .map(value -> quote(Representation.string(value), "", true))
                    .collect(Collectors.joining("=")));
        });
        return Value.text(String.join("&", parts));
    }

    private static String quote(String text, String safe, boolean query) {
        StringBuilder quoted = new StringBuilder();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (value & 0xFF);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (plain || "_.-~".indexOf(c) >= 0 || safe.indexOf(c) >= 0) {
                quoted.append(c);
            } else if (query && c == ' ') {
                quoted.append('+');
            } else {
                quoted.append(String.format("%%%02X", (int) c));
            }
        }
        return quoted.toString();
    }

    private static Value xmlAttributes(Value input, Arguments arguments) {
        boolean space = arguments.bind("xmlattr", 0, "autospace").flag(0, true);
        if (!(input instanceof Value.Dict dict)) {
            throw SequenceFilters.noItems(input);
        }
        List<String> parts = new ArrayList<>();
        for (Value key : dict.keys()) {
            Value value = Subscripts.item(dict, key);
            if (value == Value.None.NONE || value instanceof Value.Undefined) {
                continue;
            }
            String name = Representation.string(key);
            if (name.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '>' || c == '=')) {
                throw PythonError.valueError("Invalid character in attribute name: " + Representation.of(key));
            }
            parts.add(Text.escape(name) + "=\"" + ((Value.Str) escape(value, arguments)).text() + "\"");
        }
        String joined = String.join(" ", parts);
        return Value.text((space && !joined.isEmpty() ? " " : "") + joined);
    }
}
