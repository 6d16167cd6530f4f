package dev.tenon.io;

/** Text from outside made safe to print: a hostile name must neither flood a message nor steer a terminal. */
public final class Quote {
    private static final int SHOWN = 80;

    private Quote() {}

    /** The text in single quotes, control characters as {@code \}{@code uXXXX}, cut after 80 characters. */
    public static String of(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), SHOWN) + 8).append('\'');
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                out.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
            } else {
                out.append(c);
            }
        }
        return out.append(text.length() > SHOWN ? "...'" : "'").toString();
    }
}
