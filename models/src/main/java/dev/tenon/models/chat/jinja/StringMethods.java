package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Arguments.Bound;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Python's methods of strings. */
final class StringMethods {
    private StringMethods() {}

    /** A method bound to a string, or null where strings have none of that name. */
    static @Nullable Value find(Value.Str self, String name) {
        Value.Function.@Nullable Body body = body(self.text(), name);
        if (body == null) {
            return null;
        }
        return Methods.method(name, arguments -> {
            // Most methods look at the whole text.
            arguments.budget().make(self.text().length());
            Value result = body.call(arguments);
            boolean markup = self.markup() && result instanceof Value.Str;
            return markup ? new Value.Str(((Value.Str) result).text(), true) : result;
        });
    }

    private static Value.Function.@Nullable Body body(String self, String name) {
        return switch (name) {
            case "strip", "lstrip", "rstrip" -> a -> Value.text(strip(self, name, a));
            case "split", "rsplit" -> a -> texts(split(self, name, a), a.budget());
            case "splitlines" ->
                a -> texts(Text.lines(self, a.bind(name, 0, "keepends").flag(0, false)), a.budget());
            case "startswith", "endswith" -> a -> Value.of(startsOrEnds(self, name, a));
            case "replace" -> a -> replace(self, a);
            case "join" -> a -> Value.text(join(self, a));
            case "upper", "lower", "title", "capitalize", "swapcase", "casefold" ->
                a -> {
                    a.none(name);
                    return Value.text(a.budget().text(TextCase.change(self, name)));
                };
            case "find", "rfind", "index", "rindex" -> a -> Value.of(search(self, name, a));
            case "count" -> a -> Value.of(count(self, a));
            case "partition", "rpartition" -> a -> partition(self, name, a);
            case "removeprefix", "removesuffix" -> a -> Value.text(remove(self, name, a));
            case "center", "ljust", "rjust" -> a -> Value.text(pad(self, name, a));
            case "zfill" -> a -> Value.text(zeroFill(self, a));
            case "expandtabs" -> a -> Value.text(expandTabs(self, a));
            case "format" -> a -> Value.text(BraceFormat.format(self, a));
            case "format_map" -> a -> Value.text(formatMap(self, a));
            case "isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isspace", "isprintable", "isascii" ->
                a -> {
                    a.none(name);
                    return Value.of(is(self, name));
                };
            case "isupper", "islower", "istitle" ->
                a -> {
                    a.none(name);
                    return Value.of(TextCase.is(self, name));
                };
            case "isidentifier" ->
                a -> {
                    a.none(name);
                    return Value.of(self.matches("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]*"));
                };
            default -> null;
        };
    }

    private static Value texts(List<String> parts, Budget budget) {
        budget.items(parts.size());
        return new Value.ListOf(parts.stream().<Value>map(Value::text).toList());
    }

    private static String strip(String self, String name, Arguments arguments) {
        Bound bound = arguments.bind(name, 0, "chars");
        String text = self;
        if (!name.equals("rstrip")) {
            text = bound.given(0) ? Text.stripLeft(text, bound.text(0)) : Text.stripLeft(text);
        }
        if (!name.equals("lstrip")) {
            text = bound.given(0) ? Text.stripRight(text, bound.text(0)) : Text.stripRight(text);
        }
        return text;
    }

    private static List<String> split(String self, String name, Arguments arguments) {
        Bound bound = arguments.bind(name, 0, "sep", "maxsplit");
        int most = bound.integer(1, -1);
        boolean fromLeft = name.equals("split");
        if (!bound.given(0)) {
            return fromLeft ? Text.split(self, most) : Text.splitRight(self, most);
        }
        String separator = bound.text(0);
        if (separator.isEmpty()) {
            throw PythonError.valueError("empty separator");
        }
        return fromLeft ? Text.split(self, separator, most) : Text.splitRight(self, separator, most);
    }

    private static boolean startsOrEnds(String self, String name, Arguments arguments) {
        Bound bound = arguments.bind(name, 1, "prefix", "start", "end");
        String text = part(self, bound);
        boolean starts = name.equals("startswith");
        if (bound.get(0) instanceof Value.TupleOf tuple) {
            return tuple.items().stream()
                    .map(item -> ((Value.Str) item).text())
                    .anyMatch(item -> starts ? text.startsWith(item) : text.endsWith(item));
        }
        if (!(bound.get(0) instanceof Value.Str)) {
            throw PythonError.typeError(name + " first arg must be str or a tuple of str, not "
                    + bound.get(0).typeName());
        }
        return starts ? text.startsWith(bound.text(0)) : text.endsWith(bound.text(0));
    }

    /** The part between a second and a third argument. */
    private static String part(String self, Bound bound) {
        if (!bound.given(1) && !bound.given(2)) {
            return self;
        }
        int length = Text.length(self);
        int from = edge(bound, 1, 0, length);
        return Text.slice(self, from, Math.max(from, edge(bound, 2, length, length)));
    }

    private static int edge(Bound bound, int place, int fallback, int length) {
        if (!bound.given(place)) {
            return fallback;
        }
        long edge = bound.integer(place, 0);
        return Math.clamp(edge < 0 ? edge + length : edge, 0, length);
    }

    private static Value replace(String self, Arguments arguments) {
        Bound bound = arguments.bind("replace", 2, "old", "new", "count");
        return Value.text(replace(self, bound.text(0), bound.text(1), bound.integer(2, -1), arguments.budget()));
    }

    /** Replaces, paying for the result before it is made. */
    static String replace(String self, String old, String replacement, int most, Budget budget) {
        long places = (long) self.length() / Math.max(1, old.length()) + 1;
        long growth = Math.max(0, replacement.length() - old.length());
        if (growth * places > 4096) {
            budget.make(self.length()
                    + growth
                            * (old.isEmpty()
                                    ? places
                                    : Text.split(self, old, most).size()));
        }
        return budget.text(Text.replace(self, old, replacement, most));
    }

    private static String join(String self, Arguments arguments) {
        Value items = arguments.bind("join", 1, "iterable").get(0);
        StringBuilder joined = new StringBuilder();
        int place = 0;
        for (Iterator<Value> iterator = Values.iterate(items); iterator.hasNext(); place++) {
            if (!(iterator.next() instanceof Value.Str text)) {
                throw PythonError.typeError("sequence item " + place + ": expected str instance, "
                        + Values.list(items).get(place).typeName() + " found");
            }
            joined.append(place == 0 ? "" : self).append(text.text());
            arguments.budget().make(joined.length() >> 4);
        }
        return arguments.budget().text(joined.toString());
    }

    private static int search(String self, String name, Arguments arguments) {
        Bound bound = arguments.bind(name, 1, "sub", "start", "end");
        String text = part(self, bound);
        int found = name.startsWith("r") ? text.lastIndexOf(bound.text(0)) : text.indexOf(bound.text(0));
        if (found < 0 && name.endsWith("index")) {
            throw PythonError.valueError("substring not found");
        }
        return found < 0 ? -1 : text.codePointCount(0, found) + edge(bound, 1, 0, Text.length(self));
    }

    private static int count(String self, Arguments arguments) {
        Bound bound = arguments.bind("count", 1, "sub", "start", "end");
        String text = part(self, bound);
        return bound.text(0).isEmpty()
                ? Text.length(text) + 1
                : Text.split(text, bound.text(0), -1).size() - 1;
    }

    private static Value partition(String self, String name, Arguments arguments) {
        String separator = arguments.bind(name, 1, "sep").text(0);
        if (separator.isEmpty()) {
            throw PythonError.valueError("empty separator");
        }
        boolean fromLeft = name.equals("partition");
        int found = fromLeft ? self.indexOf(separator) : self.lastIndexOf(separator);
        List<String> parts;
        if (found < 0) {
            parts = fromLeft ? List.of(self, "", "") : List.of("", "", self);
        } else {
            parts = List.of(self.substring(0, found), separator, self.substring(found + separator.length()));
        }
        return new Value.TupleOf(parts.stream().<Value>map(Value::text).toList());
    }

    private static String remove(String self, String name, Arguments arguments) {
        String affix = arguments.bind(name, 1, "affix").text(0);
        if (name.equals("removeprefix")) {
            return self.startsWith(affix) ? self.substring(affix.length()) : self;
        }
        return self.endsWith(affix) ? self.substring(0, self.length() - affix.length()) : self;
    }

    private static String pad(String self, String name, Arguments arguments) {
        Bound bound = arguments.bind(name, 1, "width", "fillchar");
        String fill = bound.text(1, " ");
        if (Text.length(fill) != 1) {
            throw PythonError.typeError("The fill character must be exactly one character long");
        }
        return pad(self, bound.integer(0, 0), fill, name, arguments.budget());
    }

    /** Widens a text: {@code ljust}, {@code rjust} or {@code center}. */
    static String pad(String self, int width, String fill, String how, Budget budget) {
        int missing = width - Text.length(self);
        if (missing <= 0) {
            return self;
        }
        budget.make((long) self.length() + missing);
        int left = switch (how) {
            case "ljust" -> 0;
            case "rjust" -> missing;
            // CPython puts the odd one left only where the width is odd.
            default -> missing / 2 + (missing & width & 1);
        };
        return fill.repeat(left) + self + fill.repeat(missing - left);
    }

    private static String zeroFill(String self, Arguments arguments) {
        int width = arguments.bind("zfill", 1, "width").integer(0, 0);
        boolean signed = self.startsWith("-") || self.startsWith("+");
        String digits = signed ? self.substring(1) : self;
        return (signed ? self.substring(0, 1) : "")
                + pad(digits, width - (signed ? 1 : 0), "0", "rjust", arguments.budget());
    }

    private static String expandTabs(String self, Arguments arguments) {
        int size = arguments.bind("expandtabs", 0, "tabsize").integer(0, 8);
        StringBuilder expanded = new StringBuilder();
        int column = 0;
        for (String character : Text.characters(self)) {
            if (character.equals("\t")) {
                int spaces = size <= 0 ? 0 : size - column % size;
                arguments.budget().make((long) expanded.length() + spaces);
                expanded.append(" ".repeat(spaces));
                column += spaces;
            } else {
                expanded.append(character);
                column = character.equals("\n") || character.equals("\r") ? 0 : column + 1;
            }
        }
        return expanded.toString();
    }

    private static String formatMap(String self, Arguments arguments) {
        Value mapping = arguments.bind("format_map", 1, "mapping").get(0);
        Map<String, Value> named = new LinkedHashMap<>();
        if (mapping instanceof Value.Dict dict) {
            dict.keys().forEach(key -> named.put(Representation.string(key), Subscripts.item(dict, key)));
        }
        return BraceFormat.format(self, new Arguments(new ArrayList<>(), named, arguments.budget()));
    }

    private static boolean is(String self, String name) {
        IntPredicate test = switch (name) {
            case "isdecimal" -> Character::isDigit;
            case "isdigit" -> c -> Character.isDigit(c) || isSuperscriptDigit(c);
            case "isnumeric" -> StringMethods::isNumber;
            case "isalpha" -> Character::isLetter;
            case "isalnum" -> c -> Character.isLetter(c) || isNumber(c);
            case "isspace" -> Text::isSpace;
            case "isprintable" -> Representation::isPrintable;
            default -> c -> c < 0x80;
        };
        boolean emptyCounts = name.equals("isprintable") || name.equals("isascii");
        return self.isEmpty() ? emptyCounts : self.codePoints().allMatch(test);
    }

    private static boolean isSuperscriptDigit(int c) {
        return c == 0xB2
                || c == 0xB3
                || c == 0xB9
                || c == 0x2070
                || (c >= 0x2074 && c <= 0x2079)
                || (c >= 0x2080 && c <= 0x2089);
    }

    private static boolean isNumber(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }
}
