package dev.tenon.models.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/** What Python's strings can do, over code points. */
final class Text {
    private Text() {}

    /** What {@code str.isspace} says of a character; all such are in the first plane. */
    static boolean isSpace(int c) {
        return (c >= 0x9 && c <= 0xD) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || Character.isSpaceChar(c);
    }

    static boolean isBlank(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (!isSpace(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static String stripLeft(String text) {
        int from = 0;
        while (from < text.length() && isSpace(text.charAt(from))) {
            from++;
        }
        return text.substring(from);
    }

    static String stripRight(String text) {
        int to = text.length();
        while (to > 0 && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(0, to);
    }

    static String stripLeft(String text, String characters) {
        int from = 0;
        while (from < text.length() && characters.indexOf(text.codePointAt(from)) >= 0) {
            from = text.offsetByCodePoints(from, 1);
        }
        return text.substring(from);
    }

    static String stripRight(String text, String characters) {
        int to = text.length();
        while (to > 0 && characters.indexOf(text.codePointBefore(to)) >= 0) {
            to = text.offsetByCodePoints(to, -1);
        }
        return text.substring(0, to);
    }

    /** The length in code points. */
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The code points from one on to before another. */
    static String slice(String text, int from, int to) {
        if (from >= to) {
            return "";
        }
        int start = text.offsetByCodePoints(0, from);
        return text.substring(start, text.offsetByCodePoints(start, to - from));
    }

    /** Each code point as a string. */
    static List<String> characters(String text) {
        List<String> characters = new ArrayList<>(text.length());
        for (int i = 0; i < text.length(); ) {
            int end = i + Character.charCount(text.codePointAt(i));
            characters.add(text.substring(i, end));
            i = end;
        }
        return characters;
    }

    /** Order by code points, which UTF-16 does not keep. */
    static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            if (a.charAt(i) != b.charAt(i)) {
                boolean surrogates = Character.isSurrogate(a.charAt(i)) != Character.isSurrogate(b.charAt(i));
                int order = Character.compare(a.charAt(i), b.charAt(i));
                return surrogates ? (Character.isSurrogate(a.charAt(i)) ? 1 : -1) : order;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** Splits at runs of white space, at most {@code most} times from the left; negative: as often as there are. */
    static List<String> split(String text, int most) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < text.length() && isSpace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                return parts;
            }
            if (most >= 0 && parts.size() == most) {
                parts.add(stripRight(text.substring(at)));
                return parts;
            }
            int end = at;
            while (end < text.length() && !isSpace(text.charAt(end))) {
                end++;
            }
            parts.add(text.substring(at, end));
            at = end;
        }
    }

    /** As {@link #split(String, int)}, counting from the right. */
    static List<String> splitRight(String text, int most) {
        List<String> parts = new ArrayList<>();
        int end = text.length();
        while (true) {
            while (end > 0 && isSpace(text.charAt(end - 1))) {
                end--;
            }
            if (end == 0) {
                return parts.reversed();
            }
            if (most >= 0 && parts.size() == most) {
                parts.add(stripLeft(text.substring(0, end)));
                return parts.reversed();
            }
            int from = end;
            while (from > 0 && !isSpace(text.charAt(from - 1))) {
                from--;
            }
            parts.add(text.substring(from, end));
            end = from;
        }
    }

    static List<String> split(String text, String separator, int most) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        int found = text.indexOf(separator);
        while (found >= 0 && (most < 0 || parts.size() < most)) {
            parts.add(text.substring(from, found));
            from = found + separator.length();
            found = text.indexOf(separator, from);
        }
        parts.add(text.substring(from));
        return parts;
    }

    static List<String> splitRight(String text, String separator, int most) {
        List<String> parts = new ArrayList<>();
        int to = text.length();
        int found = text.lastIndexOf(separator);
        while (found >= 0 && (most < 0 || parts.size() < most)) {
            parts.add(text.substring(found + separator.length(), to));
            to = found;
            found = found == 0 ? -1 : text.substring(0, to).lastIndexOf(separator);
        }
        parts.add(text.substring(0, to));
        return parts.reversed();
    }

    /** The lines, as {@code str.splitlines} finds their ends. */
    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean ends =
                    (c >= 0xA && c <= 0xD) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
            if (!ends) {
                continue;
            }
            int end = i;
            if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                i++;
            }
            lines.add(text.substring(from, keepEnds ? i + 1 : end));
            from = i + 1;
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        return lines;
    }

    static String replace(String text, String old, String replacement, int most) {
        if (old.isEmpty()) {
            return interleave(text, replacement, most);
        }
        StringBuilder replaced = new StringBuilder(text.length());
        int from = 0;
        int count = 0;
        for (int at = text.indexOf(old); at >= 0 && (most < 0 || count < most); at = text.indexOf(old, from)) {
            replaced.append(text, from, at).append(replacement);
            from = at + old.length();
            count++;
        }
        return replaced.append(text, from, text.length()).toString();
    }

    /** Replacing nothing puts the replacement before each character and at the end. */
    private static String interleave(String text, String replacement, int most) {
        StringBuilder replaced = new StringBuilder();
        int count = 0;
        for (String character : characters(text)) {
            if (most < 0 || count < most) {
                replaced.append(replacement);
                count++;
            }
            replaced.append(character);
        }
        if (most < 0 || count < most) {
            replaced.append(replacement);
        }
        return replaced.toString();
    }

    static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    /** HTML's special characters replaced, as MarkupSafe does. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }
}
