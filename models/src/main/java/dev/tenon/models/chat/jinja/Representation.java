package dev.tenon.models.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;

/** Values as Python prints them: {@code str} and {@code repr}. */
final class Representation {
    /** Python refuses to print whole numbers with more digits. */
    private static final int MOST_DIGITS = 4300;

    private Representation() {}

    /** Python's {@code str}. */
    static String string(Value value) {
        return switch (value) {
            case Value.Str text -> text.text();
            case Value.Undefined ignored -> "";
            default -> of(value, 0);
        };
    }

    /** Python's {@code repr}. */
    static String of(Value value) {
        return of(value, 0);
    }

    private static String of(Value value, int depth) {
        if (depth > Values.DEEPEST) {
            throw new PythonError("RecursionError", "maximum recursion depth exceeded while getting the repr");
        }
        return switch (value) {
            case Value.None ignored -> "None";
            case Value.Undefined ignored -> "Undefined";
            case Value.Bool bool -> bool == Value.Bool.TRUE ? "True" : "False";
            case Value.Int number -> integer(number);
            case Value.Real number -> real(number.number());
            case Value.Str text -> text.markup() ? "Markup(" + quoted(text.text()) + ")" : quoted(text.text());
            case Value.ListOf list -> "[" + items(list.items(), depth) + "]";
            case Value.TupleOf tuple ->
                "(" + items(tuple.items(), depth) + (tuple.items().size() == 1 ? ",)" : ")");
            case Value.Dict dict -> dict(dict, depth);
            case Value.DictView view -> view.typeName() + "([" + items(view.items(), depth) + "])";
            case Value.Range range -> {
                String step = range.step().equals(BigInteger.ONE) ? "" : ", " + range.step();
                yield "range(" + range.start() + ", " + range.stop() + step + ")";
            }
            case Value.Generator generator -> "<" + generator.typeName() + " object>";
            case Value.Namespace namespace -> namespace(namespace, depth);
            case Value.Function function -> "<" + function.typeName() + " " + function.name() + ">";
            case Macro macro -> "<Macro " + quoted(macro.name()) + ">";
            case Loop loop -> "<LoopContext " + loop.index() + "/" + loop.size() + ">";
        };
    }

    private static String integer(Value.Int number) {
        // 3.3 bits to a digit: no need to print what is surely too long.
        if (number.number().bitLength() > MOST_DIGITS * 10 / 3 + 10) {
            throw PythonError.valueError("Exceeds the limit (" + MOST_DIGITS
                    + " digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit");
        }
        return number.number().toString();
    }

    private static String items(List<Value> items, int depth) {
        return items.stream().map(item -> of(item, depth + 1)).collect(Collectors.joining(", "));
    }

    private static String dict(Value.Dict dict, int depth) {
        return dict.items().stream()
                .map(item -> ((Value.TupleOf) item).items())
                .map(pair -> of(pair.get(0), depth + 1) + ": " + of(pair.get(1), depth + 1))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String namespace(Value.Namespace namespace, int depth) {
        return namespace.attributes().entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ": " + of(entry.getValue(), depth + 1))
                .collect(Collectors.joining(", ", "<Namespace {", "}>"));
    }

    /** A number as Python's shortest form that reads back the same. */
    static String real(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        String digits = exact.unscaledValue().abs().toString();
        int exponent = digits.length() - exact.scale() - 1;
        String sign = number < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
            return sign + digits.charAt(0) + fraction + "e" + power;
        }
        String plain = exact.abs().toPlainString();
        return sign + (plain.contains(".") ? plain : plain + ".0");
    }

    /** A string in quotes, as {@code repr} gives it. */
    static String quoted(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\' -> quoted.append("\\\\");
                default -> {
                    if (c == quote) {
                        quoted.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        quoted.appendCodePoint(c);
                    } else if (c < 0x100) {
                        quoted.append(String.format("\\x%02x", c));
                    } else {
                        quoted.append(c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c));
                    }
                }
            }
        });
        return quoted.append(quote).toString();
    }

    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
