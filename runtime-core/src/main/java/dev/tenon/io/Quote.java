package dev.tenon.io;

/** Text from outside made safe to print: a hostile name must neither flood a message nor steer a terminal. */
public final class Quote {
    private static final int SHOWN = 80;

    private Quote() {}

    /** The text in single quotes, control characters as {@code \}{@code uXXXX}, cut after 80 characters. */
    public static String of(String text) {
        return "'" + plain(text, SHOWN) + "'";
    }

    /** The same without quotes, line ends as {@code \n}, cut after {@code most} characters. */
    public static String plain(String text, int most) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), most) + 8);
        for (int i = 0; i < Math.min(text.length(), most); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                out.append("\\n");
            } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                out.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
            } else {
                out.append(c);
            }
        }
        return out.append(text.length() > most ? "..." : "").toString();
    }
}
