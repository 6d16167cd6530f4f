package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Arguments.Bound;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters that make numbers. */
final class NumberFilters {
    private static final Pattern REAL = Pattern.compile("[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?");
    private static final int LONGEST_NUMBER = 4300;

    private NumberFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("abs", NumberFilters::absolute);
        filters.put("int", NumberFilters::integer);
        filters.put("float", NumberFilters::real);
        filters.put("round", NumberFilters::round);
        filters.put("filesizeformat", NumberFilters::fileSize);
    }

    private static Value absolute(Value input, Arguments arguments) {
        arguments.none("abs");
        BigInteger integer = Values.asInteger(input);
        if (integer != null) {
            return new Value.Int(integer.abs());
        }
        if (input instanceof Value.Real real) {
            return new Value.Real(Math.abs(real.number()));
        }
        if (input instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        throw PythonError.typeError("bad operand type for abs(): '" + input.typeName() + "'");
    }

    private static Value integer(Value input, Arguments arguments) {
        Bound bound = arguments.bind("int", 0, "default", "base");
        if (input instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        BigInteger integer = Values.asInteger(input);
        if (integer == null && input instanceof Value.Str text) {
            integer = parse(text.text(), bound.integer(1, 10));
        }
        if (integer != null) {
            return new Value.Int(integer);
        }
        Double real = input instanceof Value.Str text ? parse(text.text()) : Values.asReal(input);
        if (real == null || real.isNaN() || real.isInfinite()) {
            return bound.get(0, Value.of(0));
        }
        return new Value.Int(NumberFormat.truncate(real));
    }

    /** Python's {@code int(text, base)}, null where it fails. */
    private static @Nullable BigInteger parse(String text, int base) {
        String digits = underscored(Text.stripLeft(Text.stripRight(text)));
        if (digits == null || digits.isEmpty() || digits.length() > LONGEST_NUMBER) {
            return null;
        }
        boolean negative = digits.startsWith("-");
        String magnitude = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        int radix = base;
        String lower = magnitude.toLowerCase(Locale.ROOT);
        for (Map.Entry<String, Integer> prefix :
                Map.of("0x", 16, "0o", 8, "0b", 2).entrySet()) {
            if (lower.startsWith(prefix.getKey()) && (base == 0 || base == prefix.getValue())) {
                radix = prefix.getValue();
                magnitude = magnitude.substring(2);
            }
        }
        radix = radix == 0 ? 10 : radix;
        boolean valid = !magnitude.isEmpty() && radix >= 2 && radix <= 36;
        for (int i = 0; valid && i < magnitude.length(); i++) {
            valid = Character.digit(magnitude.charAt(i), radix) >= 0;
        }
        if (!valid) {
            return null;
        }
        BigInteger number = new BigInteger(magnitude, radix);
        return negative ? number.negate() : number;
    }

    /** Without single underscores between digits; null where one stands elsewhere. */
    private static @Nullable String underscored(String text) {
        boolean misplaced = text.startsWith("_") || text.endsWith("_") || text.contains("__");
        return misplaced ? null : text.replace("_", "");
    }

    private static Value real(Value input, Arguments arguments) {
        Bound bound = arguments.bind("float", 0, "default");
        if (input instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        Double real = input instanceof Value.Str text ? parse(text.text()) : Values.asReal(input);
        return real == null ? bound.get(0, new Value.Real(0)) : new Value.Real(real);
    }

    /** Python's {@code float(text)}, null where it fails. */
    private static @Nullable Double parse(String text) {
        String digits = underscored(Text.stripLeft(Text.stripRight(text)));
        if (digits == null) {
            return null;
        }
        if (digits.length() <= LONGEST_NUMBER && REAL.matcher(digits).matches()) {
            return Double.parseDouble(digits);
        }
        return switch (digits.toLowerCase(Locale.ROOT)) {
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            case "nan", "+nan", "-nan" -> Double.NaN;
            default -> null;
        };
    }

    private static Value round(Value input, Arguments arguments) {
        Bound bound = arguments.bind("round", 0, "precision", "method");
        int precision = Math.clamp(bound.integer(0, 0), -400, 400);
        String method = bound.text(1, "common");
        Double real = Values.asReal(input);
        if (!List.of("common", "ceil", "floor").contains(method)) {
            throw PythonError.filterArgument("method must be common, ceil or floor");
        }
        if (input instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        if (real == null) {
            throw PythonError.typeError("type " + input.typeName() + " doesn't define __round__ method");
        }
        if (!method.equals("common")) {
            double scale = Math.pow(10, precision);
            double scaled = real * scale;
            return new Value.Real((method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / scale);
        }
        BigInteger integer = Values.asInteger(input);
        if (integer != null) {
            BigDecimal rounded = new BigDecimal(integer).setScale(Math.min(0, precision), RoundingMode.HALF_EVEN);
            return new Value.Int(rounded.toBigInteger());
        }
        if (real.isNaN() || real.isInfinite()) {
            return input;
        }
        double rounded =
                new BigDecimal(real).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
        return new Value.Real(Math.copySign(rounded, real));
    }

    private static Value fileSize(Value input, Arguments arguments) {
        boolean binary = arguments.bind("filesizeformat", 0, "binary").flag(0, false);
        Value number = real(input, Arguments.of(arguments.budget(), Value.None.NONE));
        if (!(number instanceof Value.Real size)) {
            throw PythonError.valueError("could not convert to float: " + Representation.of(input));
        }
        double bytes = size.number();
        int base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return Value.text("1 Byte");
        }
        if (bytes < base) {
            return Value.text((long) bytes + " Bytes");
        }
        String units = "kMGTPEZY";
        double unit = base;
        int place = 0;
        while (place < units.length() - 1 && bytes >= unit * base) {
            unit *= base;
            place++;
        }
        String prefix = binary
                ? units.substring(place, place + 1).toUpperCase(Locale.ROOT) + "i"
                : units.substring(place, place + 1);
        return Value.text(NumberFormat.real(bytes / unit, 'f', 1, false) + " " + prefix + "B");
    }
}
