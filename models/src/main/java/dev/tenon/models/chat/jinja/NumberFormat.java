package dev.tenon.models.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers in the forms that both of Python's format languages share. */
final class NumberFormat {
    /** More digits after the point are refused. */
    static final int MOST_DIGITS = 1000;

    private NumberFormat() {}

    /**
     * A number without its sign.
     *
     * @param type one of e, f, g, in either case
     * @param alternate keeps the point and the zeros of g
     */
    static String real(double number, char type, int precision, boolean alternate) {
        boolean upper = Character.isUpperCase(type);
        double magnitude = Math.abs(number);
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            String name = Double.isNaN(number) ? "nan" : "inf";
            return upper ? name.toUpperCase(Locale.ROOT) : name;
        }
        if (precision > MOST_DIGITS) {
            throw new PythonError.Limit("a number is to be shown with more than " + MOST_DIGITS + " digits");
        }
        String text = switch (Character.toLowerCase(type)) {
            case 'f' ->
                new BigDecimal(magnitude)
                        .setScale(precision, RoundingMode.HALF_EVEN)
                        .toPlainString();
            case 'e' -> exponential(magnitude, precision);
            default -> general(magnitude, Math.max(1, precision), alternate);
        };
        return upper ? text.toUpperCase(Locale.ROOT) : text;
    }

    private static String exponential(double magnitude, int precision) {
        BigDecimal exact = new BigDecimal(magnitude).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        String digits = exact.unscaledValue().toString();
        int exponent = magnitude == 0 ? 0 : digits.length() - 1 - exact.scale();
        StringBuilder padded = new StringBuilder(digits);
        while (padded.length() < precision + 1) {
            padded.append('0');
        }
        String fraction = precision == 0 ? "" : "." + padded.substring(1, precision + 1);
        return padded.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private static String general(double magnitude, int precision, boolean alternate) {
        String exponential = exponential(magnitude, precision - 1);
        int mark = exponential.indexOf('e');
        int exponent = Integer.parseInt(exponential.substring(mark + 1));
        if (exponent < -4 || exponent >= precision) {
            return trimmed(exponential.substring(0, mark), alternate) + exponential.substring(mark);
        }
        String plain = new BigDecimal(magnitude)
                .round(new MathContext(precision, RoundingMode.HALF_EVEN))
                .setScale(Math.max(0, precision - 1 - exponent), RoundingMode.HALF_EVEN)
                .toPlainString();
        return trimmed(plain, alternate);
    }

    private static String trimmed(String digits, boolean alternate) {
        if (alternate || digits.indexOf('.') < 0) {
            return digits;
        }
        return Text.stripRight(Text.stripRight(digits, "0"), ".");
    }

    /** A whole number's magnitude in the base that a type letter means. */
    static String integer(BigInteger number, char type) {
        BigInteger magnitude = number.abs();
        return switch (type) {
            case 'x' -> magnitude.toString(16);
            case 'X' -> magnitude.toString(16).toUpperCase(Locale.ROOT);
            case 'o' -> magnitude.toString(8);
            case 'b' -> magnitude.toString(2);
            default -> magnitude.toString();
        };
    }

    /** The whole part of a number. */
    static BigInteger truncate(double number) {
        if (Double.isNaN(number)) {
            throw PythonError.valueError("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(number)) {
            throw new PythonError("OverflowError", "cannot convert float infinity to integer");
        }
        return new BigDecimal(number).toBigInteger();
    }
}
