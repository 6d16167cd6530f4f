package dev.tenon.models.chat.jinja;

import java.util.Locale;

/** Upper and lower case as Python has them. */
final class TextCase {
    private TextCase() {}

    /** The result of the string method of that name. */
    static String change(String text, String method) {
        return switch (method) {
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "casefold" ->
                text.toLowerCase(Locale.ROOT).replace("\u00DF", "ss").replace('\u03C2', '\u03C3');
            case "capitalize" -> capitalize(text);
            case "title" -> title(text);
            default -> swap(text);
        };
    }

    private static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titled(text.substring(0, first)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String titled(String character) {
        String upper = character.toUpperCase(Locale.ROOT);
        // A few have a title case of their own; the rest that widen (German sharp s) keep only the first tall.
        if (upper.codePointCount(0, upper.length()) > 1) {
            int first = Character.charCount(upper.codePointAt(0));
            return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
        }
        return Character.toString(Character.toTitleCase(character.codePointAt(0)));
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder(text.length());
        boolean afterCased = false;
        for (String character : Text.characters(text)) {
            title.append(afterCased ? character.toLowerCase(Locale.ROOT) : titled(character));
            afterCased = isCased(character.codePointAt(0));
        }
        return title.toString();
    }

    private static String swap(String text) {
        StringBuilder swapped = new StringBuilder(text.length());
        for (String character : Text.characters(text)) {
            int c = character.codePointAt(0);
            swapped.append(
                    Character.isUpperCase(c)
                            ? character.toLowerCase(Locale.ROOT)
                            : Character.isLowerCase(c) ? character.toUpperCase(Locale.ROOT) : character);
        }
        return swapped.toString();
    }

    private static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** The result of {@code isupper}, {@code islower} or {@code istitle}. */
    static boolean is(String text, String method) {
        if (method.equals("istitle")) {
            return isTitle(text);
        }
        boolean upper = method.equals("isupper");
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean wrong = upper ? Character.isLowerCase(c) : Character.isUpperCase(c);
            if (wrong || Character.isTitleCase(c)) {
                return false;
            }
            any |= isCased(c);
        }
        return any;
    }

    private static boolean isTitle(String text) {
        boolean any = false;
        boolean afterCased = false;
        for (int c : text.codePoints().toArray()) {
            boolean tall = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (tall ? afterCased : Character.isLowerCase(c) && !afterCased) {
                return false;
            }
            afterCased = isCased(c);
            any |= afterCased;
        }
        return any;
    }
}
