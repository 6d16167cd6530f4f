package dev.tenon.models.chat.jinja;

/** What backslashes mean in a string: as in Python, where an unknown escape stands for itself. */
final class StringEscapes {
    private StringEscapes() {}

    /**
     * @throws PythonError.Syntax if an escape is cut short
     */
    static String unescape(String written, int line) {
        if (written.indexOf('\\') < 0) {
            return written;
        }
        StringBuilder text = new StringBuilder(written.length());
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c != '\\' || i + 1 == written.length()) {
                text.append(c);
                continue;
            }
            char escape = written.charAt(++i);
            switch (escape) {
                case '\n' -> {}
                case '\\', '\'', '"' -> text.append(escape);
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'v' -> text.append('\u000B');
                case 'x' -> i = hex(written, i, 2, text, line);
                case 'u' -> i = hex(written, i, 4, text, line);
                case 'U' -> i = hex(written, i, 8, text, line);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(written, i, text);
                default -> text.append('\\').append(escape);
            }
        }
        return text.toString();
    }

    private static int hex(String written, int at, int digits, StringBuilder text, int line) {
        int value = 0;
        for (int i = at + 1; i <= at + digits; i++) {
            int digit = i < written.length() ? Character.digit(written.charAt(i), 16) : -1;
            if (digit < 0 || written.charAt(i) > 'f') {
                throw new PythonError.Syntax("truncated \\" + written.charAt(at) + " escape in a string", line);
            }
            value = value << 4 | digit;
        }
        if (!Character.isValidCodePoint(value)) {
            throw new PythonError.Syntax("illegal Unicode character in a string", line);
        }
        text.appendCodePoint(value);
        return at + digits;
    }

    private static int octal(String written, int at, StringBuilder text) {
        int value = 0;
        int i = at;
        while (i < at + 3 && i < written.length() && written.charAt(i) >= '0' && written.charAt(i) <= '7') {
            value = value * 8 + written.charAt(i++) - '0';
        }
        text.append((char) value);
        return i - 1;
    }
}
