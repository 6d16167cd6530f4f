package dev.tenon.models.gguf;

import dev.tenon.error.InvalidArgumentException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A metadata value. Strings and arrays stay in the file and are decoded when asked for, so that a vocabulary of a
 * quarter of a million tokens costs nothing until then.
 */
public sealed interface GgufValue permits GgufValue.Int, GgufValue.Real, GgufValue.Bool, GgufValue.Text, GgufArray {
    GgufValueType type();

    /**
     * A whole number.
     *
     * @param value for {@code UINT64}, all 64 bits: values past 2^63 - 1 are negative here
     */
    record Int(GgufValueType type, long value) implements GgufValue {
        /**
         * @throws InvalidArgumentException if the type is not a whole-number type that holds the value
         */
        public Int {
            if (!GgufLayouts.fits(type, value)) {
                throw new InvalidArgumentException(value + " is no value of " + type);
            }
        }

        @Override
        public String toString() {
            return type == GgufValueType.UINT64 ? Long.toUnsignedString(value) : Long.toString(value);
        }
    }

    /** A floating-point number. */
    record Real(GgufValueType type, double value) implements GgufValue {
        /**
         * @throws InvalidArgumentException if the type is not a floating-point type
         */
        public Real {
            if (!type.isFloat()) {
                throw new InvalidArgumentException(type + " is no floating-point type");
            }
        }

        @Override
        public String toString() {
            return type == GgufValueType.FLOAT32 ? Float.toString((float) value) : Double.toString(value);
        }
    }

    /** A truth value. */
    record Bool(boolean value) implements GgufValue {
        @Override
        public GgufValueType type() {
            return GgufValueType.BOOL;
        }

        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    /** A string, as its bytes in the file. */
    record Text(MemorySegment utf8) implements GgufValue {
        /**
         * @throws InvalidArgumentException if it is longer than a Java array can be
         */
        public Text {
            if (utf8.byteSize() > Integer.MAX_VALUE - 8) {
                throw new InvalidArgumentException("a string of " + utf8.byteSize() + " bytes");
            }
        }

        public static Text of(String text) {
            return new Text(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public GgufValueType type() {
            return GgufValueType.STRING;
        }

        /** A copy of the bytes. */
        public byte[] bytes() {
            return utf8.toArray(ValueLayout.JAVA_BYTE);
        }

        /** The text; what is not UTF-8 becomes U+FFFD. */
        @Override
        public String toString() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }
    }
}
