package dev.tenon.npy;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.error.DTypeException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the dictionary of an array's header: the three keys that NumPy writes, in any order, each once, and nothing else
 * that Python could evaluate.
 */
final class NpyHeaderText {
    /** NumPy's own limit. */
    private static final int MAX_RANK = 64;
    /** A type that NumPy could mean: byte order, kind, size, and a unit for times. */
    private static final Pattern DESCR = Pattern.compile("[<>|=]?[?a-zA-Z]\\d{0,9}(\\[\\w{1,8}])?");

    private final String text;
    private final String file;
    private final String name;
    private final long base;
    private int at;

    NpyHeaderText(String text, String file, String name, long base) {
        this.text = text;
        this.file = file;
        this.name = name;
        this.base = base;
    }

    NpyHeader parse(long bytes) {
        String descr = null;
        Boolean columnMajor = null;
        Shape shape = null;
        expect('{');
        while (!take('}')) {
            int start = at;
            String key = string();
            expect(':');
            switch (key) {
                case "descr" -> {
                    requireFirst(descr, key, start);
                    descr = descr();
                }
                case "fortran_order" -> {
                    requireFirst(columnMajor, key, start);
                    columnMajor = bool();
                }
                case "shape" -> {
                    requireFirst(shape, key, start);
                    shape = shape();
                }
                default -> throw malformed("header", start, Quote.of(key) + " is no key of an array's header");
            }
            if (!take(',')) {
                expect('}');
                break;
            }
        }
        skipBlanks();
        if (at < text.length()) {
            throw malformed("header", at, "there is more after the dictionary");
        }
        if (descr == null || columnMajor == null || shape == null) {
            throw malformed("header", 0, "it needs descr, fortran_order and shape");
        }
        DType dtype = dtype(descr);
        if (shape.elements() > Long.MAX_VALUE / dtype.blockBytes()) {
            throw malformed("shape", 0, shape + " passes 2^63 - 1 bytes");
        }
        boolean bigEndian = descr.charAt(0) == '>' && dtype.blockBytes() > 1;
        return new NpyHeader(dtype, shape, columnMajor, bigEndian, bytes);
    }

    private void requireFirst(@Nullable Object before, String key, int start) {
        if (before != null) {
            throw malformed(key, start, "there is another one");
        }
    }

    private String descr() {
        skipBlanks();
        int start = at;
        if (at < text.length() && text.charAt(at) == '[') {
            throw new DTypeException("npy", file + ": " + name + "records are not tensors", List.of());
        }
        String descr = string();
        if (!DESCR.matcher(descr).matches()) {
            throw malformed("descr", start, Quote.of(descr) + " is no element type");
        }
        return descr;
    }

    private DType dtype(String descr) {
        boolean ordered = "<>|=".indexOf(descr.charAt(0)) >= 0;
        return switch (ordered ? descr.substring(1) : descr) {
            case "f8" -> DType.F64;
            case "f4" -> DType.F32;
            case "f2" -> DType.F16;
            case "i8" -> DType.I64;
            case "i4" -> DType.I32;
            case "i2" -> DType.I16;
            case "i1" -> DType.I8;
            case "u1" -> DType.U8;
            case "b1", "?" -> DType.BOOL;
            default ->
                throw new DTypeException(
                        "npy", file + ": " + name + "Tenon has no element type for NumPy's", List.of(descr));
        };
    }

    private boolean bool() {
        skipBlanks();
        for (String word : new String[] {"True", "False"}) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word.equals("True");
            }
        }
        throw malformed("fortran_order", at, "it should be True or False");
    }

    private Shape shape() {
        long[] sizes = new long[MAX_RANK];
        int rank = 0;
        long elements = 1;
        expect('(');
        while (!take(')')) {
            int start = at;
            if (rank == MAX_RANK) {
                throw malformed("shape", start, "more than " + MAX_RANK + " axes");
            }
            long size = integer();
            // Sizes of 0 are left out of the product: a later size must not hide in it.
            if (elements > Long.MAX_VALUE / Math.max(1, size)) {
                throw malformed("shape", start, "the number of elements passes 2^63 - 1");
            }
            elements *= Math.max(1, size);
            sizes[rank++] = size;
            if (!take(',')) {
                expect(')');
                break;
            }
        }
        return Shape.of(Arrays.copyOf(sizes, rank));
    }

    private long integer() {
        skipBlanks();
        int start = at;
        long value = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            int digit = text.charAt(at++) - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                throw malformed("shape", start, "a size passes 2^63 - 1");
            }
            value = value * 10 + digit;
        }
        if (at == start) {
            throw malformed("shape", start, "it should be whole numbers");
        }
        // Python 2 wrote long integers so.
        if (at < text.length() && text.charAt(at) == 'L') {
            at++;
        }
        return value;
    }

    private String string() {
        skipBlanks();
        char quote = at < text.length() ? text.charAt(at) : 0;
        int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0) {
            throw malformed("header", at, "it should be a string");
        }
        String value = text.substring(at + 1, end);
        at = end + 1;
        return value;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw malformed("header", at, "it should be '" + c + "'");
        }
    }

    private boolean take(char c) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private MalformedFileException malformed(String field, int where, String problem) {
        return new MalformedFileException(file, name + field, base + where, problem);
    }
}
