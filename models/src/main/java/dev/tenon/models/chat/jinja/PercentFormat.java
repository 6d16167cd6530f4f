package dev.tenon.models.chat.jinja;

import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code text % values}. */
final class PercentFormat {
    private final String format;
    private final Value values;
    private final List<Value> queue;
    private final Budget budget;
    private int at;
    private int used;
    private boolean byName;

    private PercentFormat(String format, Value values, Budget budget) {
        this.format = format;
        this.values = values;
        this.budget = budget;
        queue = values instanceof Value.TupleOf tuple ? tuple.items() : List.of(values);
    }

    static String format(String format, Value values, Budget budget) {
        return new PercentFormat(format, values, budget).run();
    }

    private String run() {
        StringBuilder out = new StringBuilder(format.length());
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c == '%') {
                out.append(conversion());
                budget.make(out.length() >> 4);
            } else {
                out.append(c);
            }
        }
        // What has items of its own may go unused, but for strings and tuples.
        boolean mayStay = values instanceof Value.Dict
                || values instanceof Value.ListOf
                || values instanceof Value.Range
                || values instanceof Value.Undefined;
        if (!byName && used < queue.size() && !mayStay) {
            throw PythonError.typeError("not all arguments converted during string formatting");
        }
        return out.toString();
    }

    private String conversion() {
        @Nullable Value value = name();
        String flags = flags();
        int width = number();
        int precision = -1;
        if (at < format.length() && format.charAt(at) == '.') {
            at++;
            precision = Math.max(0, number());
        }
        while (at < format.length() && "hlL".indexOf(format.charAt(at)) >= 0) {
            at++;
        }
        if (at == format.length()) {
            throw PythonError.valueError("incomplete format");
        }
        char type = format.charAt(at++);
        if (type == '%') {
            return "%";
        }
        String text = convert(type, value == null ? take() : value, flags, precision, width);
        String how = flags.contains("-") ? "ljust" : "rjust";
        return StringMethods.pad(text, width, " ", how, budget);
    }

    private @Nullable Value name() {
        if (at >= format.length() || format.charAt(at) != '(') {
            return null;
        }
        int end = format.indexOf(')', at);
        if (end < 0) {
            throw PythonError.valueError("incomplete format key");
        }
        if (!(values instanceof Value.Dict dict)) {
            throw PythonError.typeError("format requires a mapping");
        }
        String name = format.substring(at + 1, end);
        at = end + 1;
        byName = true;
        Value value = dict.get(Value.text(name));
        if (value == null) {
            throw new PythonError("KeyError", Representation.quoted(name));
        }
        return value;
    }

    private String flags() {
        int from = at;
        while (at < format.length() && "#0- +".indexOf(format.charAt(at)) >= 0) {
            at++;
        }
        return format.substring(from, at);
    }

    private int number() {
        if (at < format.length() && format.charAt(at) == '*') {
            at++;
            return Arithmetic.index(take());
        }
        long number = 0;
        while (at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
            number = Math.min(Integer.MAX_VALUE, number * 10 + format.charAt(at++) - '0');
        }
        return (int) number;
    }

    private Value take() {
        if (used >= queue.size()) {
            throw PythonError.typeError("not enough arguments for format string");
        }
        return queue.get(used++);
    }

    private String convert(char type, Value value, String flags, int precision, int width) {
        return switch (type) {
            case 's' -> cut(Representation.string(value), precision);
            case 'r', 'a' -> cut(Representation.of(value), precision);
            case 'c' -> value instanceof Value.Str text ? text.text() : Character.toString(Arithmetic.index(value));
            case 'd', 'i', 'u' -> {
                BigInteger number = whole(type, value);
                yield signed(number.signum() < 0, NumberFormat.integer(number, 'd'), flags, width, precision);
            }
            case 'x', 'X', 'o' -> {
                if (Values.asInteger(value) == null) {
                    throw PythonError.typeError(
                            "%" + type + " format: an integer is required, not " + value.typeName());
                }
                BigInteger number = whole(type, value);
                String prefix = flags.contains("#") ? "0" + type : "";
                yield signed(number.signum() < 0, prefix + NumberFormat.integer(number, type), flags, width, precision);
            }
            case 'e', 'E', 'f', 'F', 'g', 'G' -> {
                Double number = Values.asReal(value);
                if (number == null) {
                    throw PythonError.typeError("must be real number, not " + value.typeName());
                }
                String text = NumberFormat.real(number, type, precision < 0 ? 6 : precision, flags.contains("#"));
                boolean negative = number < 0 || 1 / number < 0;
                yield signed(negative, text, flags, width, -1);
            }
            default ->
                throw PythonError.valueError("unsupported format character '" + type + "' (0x"
                        + Integer.toHexString(type) + ") at index " + (at - 1));
        };
    }

    private static BigInteger whole(char type, Value value) {
        BigInteger number = Values.asInteger(value);
        if (number == null && value instanceof Value.Real real) {
            return NumberFormat.truncate(real.number());
        }
        if (number == null) {
            throw PythonError.typeError("%" + type + " format: a real number is required, not " + value.typeName());
        }
        return number;
    }

    private static String cut(String text, int precision) {
        return precision < 0 || precision >= Text.length(text) ? text : Text.slice(text, 0, precision);
    }

    private String signed(boolean negative, String digits, String flags, int width, int precision) {
        String sign = negative ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        String full = StringMethods.pad(digits, precision, "0", "rjust", budget);
        boolean zeros = flags.contains("0") && !flags.contains("-");
        return sign + (zeros ? StringMethods.pad(full, width - sign.length(), "0", "rjust", budget) : full);
    }
}
