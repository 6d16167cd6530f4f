package dev.tenon.models.chat.jinja;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code text.format(values)}. */
final class BraceFormat {
    private static final Pattern SPEC = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d+)?([_,])?(?:\\.(\\d+))?([a-zA-Z%])?", Pattern.DOTALL);
    private static final Pattern STEP = Pattern.compile("\\.([^.\\[]+)|\\[([^\\]]+)\\]");

    private final Arguments arguments;
    private int automatic;

    private BraceFormat(Arguments arguments) {
        this.arguments = arguments;
    }

    static String format(String format, Arguments arguments) {
        return new BraceFormat(arguments).run(format, 2);
    }

    private String run(String format, int depth) {
        if (depth == 0) {
            throw PythonError.valueError("Max string recursion exceeded");
        }
        StringBuilder out = new StringBuilder(format.length());
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            boolean twice = i + 1 < format.length() && format.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && twice) {
                out.append(c);
                i++;
            } else if (c == '{') {
                int end = end(format, i);
                out.append(field(format.substring(i + 1, end), depth));
                arguments.budget().make(out.length() >> 4);
                i = end;
            } else if (c == '}') {
                throw PythonError.valueError("Single '}' encountered in format string");
            } else {
                out.append(c);
            }
        }
        return arguments.budget().text(out.toString());
    }

    private static int end(String format, int from) {
        int open = 0;
        for (int i = from; i < format.length(); i++) {
            if (format.charAt(i) == '{') {
                open++;
            } else if (format.charAt(i) == '}' && --open == 0) {
                return i;
            }
        }
        throw PythonError.valueError(
                from + 1 == format.length()
                        ? "Single '{' encountered in format string"
                        : "expected '}' before end of string");
    }

    private String field(String field, int depth) {
        int bracket = field.indexOf('[');
        int closed = bracket < 0 ? -1 : field.indexOf(']', bracket);
        int from = Math.max(0, closed);
        int colon = field.indexOf(':', from);
        String name = colon < 0 ? field : field.substring(0, colon);
        String spec = colon < 0 ? "" : run(field.substring(colon + 1), depth - 1);
        int mark = name.indexOf('!', from);
        char conversion = mark < 0 || mark + 1 >= name.length() ? 0 : name.charAt(mark + 1);
        Value value = find(mark < 0 ? name : name.substring(0, mark));
        if (conversion == 'r' || conversion == 'a') {
            value = Value.text(Representation.of(value));
        } else if (conversion == 's') {
            value = Value.text(Representation.string(value));
        }
        return format(value, spec);
    }

    private Value find(String name) {
        Matcher head = Pattern.compile("[^.\\[]*").matcher(name);
        String first = head.lookingAt() ? head.group() : "";
        Value value = argument(first);
        Matcher step = STEP.matcher(name).region(first.length(), name.length());
        while (step.lookingAt()) {
            String index = step.group(2);
            if (index == null) {
                value = Subscripts.attribute(value, step.group(1));
            } else {
                boolean digits = index.chars().allMatch(c -> c >= '0' && c <= '9');
                value = Subscripts.item(value, digits ? new Value.Int(new BigInteger(index)) : Value.text(index));
            }
            step.region(step.end(), name.length());
        }
        return value;
    }

    private Value argument(String name) {
        boolean digits = name.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            Value named = arguments.named().get(name);
            if (named == null) {
                throw new PythonError("KeyError", Representation.quoted(name));
            }
            return named;
        }
        int place = name.isEmpty() ? automatic++ : name.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(name);
        if (place >= arguments.values().size()) {
            throw new PythonError(
                    "IndexError", "Replacement index " + place + " out of range for positional args tuple");
        }
        return arguments.values().get(place);
    }

    private String format(Value value, String spec) {
        if (spec.isEmpty()) {
            return Representation.string(value);
        }
        Matcher parts = SPEC.matcher(spec);
        if (!parts.matches()) {
            throw PythonError.valueError("Invalid format specifier");
        }
        boolean number = Values.asReal(value) != null
                && (value != Value.Bool.TRUE && value != Value.Bool.FALSE || parts.group(9) != null);
        String sign = "";
        String body;
        if (number) {
            double real = real(value);
            boolean negative = real < 0 || (value instanceof Value.Real && 1 / real < 0);
            sign = negative ? "-" : parts.group(3) == null || parts.group(3).equals("-") ? "" : parts.group(3);
            body = number(value, parts);
        } else if (value instanceof Value.Str text) {
            body = parts.group(8) == null ? text.text() : cut(text.text(), parts.group(8));
        } else if (value instanceof Value.Bool) {
            body = Representation.string(value);
        } else {
            throw PythonError.typeError("unsupported format string passed to " + value.typeName() + ".__format__");
        }
        return align(sign, body, parts, number);
    }

    private static double real(Value value) {
        Double real = Values.asReal(value);
        return real == null ? 0 : real;
    }

    private String cut(String text, String precision) {
        int most = precision.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(precision);
        return most >= Text.length(text) ? text : Text.slice(text, 0, most);
    }

    private static String number(Value value, Matcher parts) {
        char type = parts.group(9) == null ? 0 : parts.group(9).charAt(0);
        int precision = parts.group(8) == null ? -1 : Integer.parseInt(cutDigits(parts.group(8)));
        BigInteger whole = Values.asInteger(value);
        boolean alternate = parts.group(4) != null;
        String text;
        if (whole != null && (type == 0 || "dnxXob".indexOf(type) >= 0)) {
            text = (alternate && "xXob".indexOf(type) >= 0 ? "0" + type : "") + NumberFormat.integer(whole, type);
        } else if (whole != null && type == 'c') {
            return Character.toString(whole.intValue());
        } else if (type == 0 && precision < 0) {
            text = Text.stripLeft(Representation.real(real(value)), "-");
        } else if (type == '%') {
            text = NumberFormat.real(real(value) * 100, 'f', precision < 0 ? 6 : precision, alternate) + "%";
        } else if (type == 0 || "eEfFgGn".indexOf(type) >= 0) {
            char form = type == 0 || type == 'n' ? 'g' : type;
            text = NumberFormat.real(real(value), form, precision < 0 ? 6 : precision, alternate);
        } else {
            throw PythonError.valueError(
                    "Unknown format code '" + type + "' for object of type '" + value.typeName() + "'");
        }
        return parts.group(7) == null ? text : grouped(text, parts.group(7));
    }

    private static String cutDigits(String digits) {
        return digits.length() > 9 ? "999999999" : digits;
    }

    private static String grouped(String text, String separator) {
        int end = 0;
        while (end < text.length() && Character.isDigit(text.charAt(end))) {
            end++;
        }
        StringBuilder grouped = new StringBuilder(text);
        for (int i = end - 3; i > 0; i -= 3) {
            grouped.insert(i, separator);
        }
        return grouped.toString();
    }

    private String align(String sign, String body, Matcher parts, boolean number) {
        int width = parts.group(6) == null ? 0 : Integer.parseInt(cutDigits(parts.group(6)));
        boolean zero = parts.group(5) != null;
        String align = parts.group(2) != null ? parts.group(2) : zero && number ? "=" : number ? ">" : "<";
        String fill = parts.group(1) != null ? parts.group(1) : zero ? "0" : " ";
        Budget budget = arguments.budget();
        return switch (align) {
            case "=" -> sign + StringMethods.pad(body, width - sign.length(), fill, "rjust", budget);
            case ">" -> StringMethods.pad(sign + body, width, fill, "rjust", budget);
            case "^" -> centered(sign + body, width, fill);
            default -> StringMethods.pad(sign + body, width, fill, "ljust", budget);
        };
    }

    private String centered(String text, int width, String fill) {
        int missing = width - Text.length(text);
        String left = StringMethods.pad(text, Text.length(text) + missing / 2, fill, "rjust", arguments.budget());
        return StringMethods.pad(left, width, fill, "ljust", arguments.budget());
    }
}
