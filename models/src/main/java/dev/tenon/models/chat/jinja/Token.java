package dev.tenon.models.chat.jinja;

import java.math.BigInteger;
import java.util.Locale;

/**
 * A piece of template text.
 *
 * @param text of names, operators and data as written; of strings what they stand for
 * @param line from 1 on
 */
record Token(Kind kind, String text, int line) {
    /** What a token is. */
    enum Kind {
        DATA,
        BLOCK_BEGIN,
        BLOCK_END,
        VARIABLE_BEGIN,
        VARIABLE_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    BigInteger integer() {
        String digits = text.replace("_", "").toLowerCase(Locale.ROOT);
        if (digits.startsWith("0x")) {
            return new BigInteger(digits.substring(2), 16);
        }
        if (digits.startsWith("0o")) {
            return new BigInteger(digits.substring(2), 8);
        }
        return digits.startsWith("0b") ? new BigInteger(digits.substring(2), 2) : new BigInteger(digits);
    }

    String describe() {
        return switch (kind) {
            case DATA -> "template data / text";
            case BLOCK_BEGIN -> "begin of statement block";
            case BLOCK_END -> "end of statement block";
            case VARIABLE_BEGIN -> "begin of print statement";
            case VARIABLE_END -> "end of print statement";
            case STRING -> "string";
            case INTEGER -> "integer";
            case FLOAT -> "float";
            case END -> "end of template";
            case NAME, OPERATOR -> text;
        };
    }
}
