package dev.tenon.cuda.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cuts a module's text into statements. */
final class PtxScanner {
    private static final Pattern LABEL = Pattern.compile("([\\w$%]+)\\s*:(?!:)");

    private final String text;
    private int at;
    private int line = 1;

    PtxScanner(String text) {
        this.text = text;
    }

    /** The next declaration, kernel or function up to its body, or null at the end; what says which PTX this is is left out. */
    PtxModule.@Nullable Statement head() {
        while (true) {
            skip();
            if (at == text.length()) {
                return null;
            }
            if (text.startsWith(".version", at)
                    || text.startsWith(".target", at)
                    || text.startsWith(".address_size", at)) {
                while (at < text.length() && text.charAt(at) != '\n') {
                    at++;
                }
                continue;
            }
            int from = at;
            int start = line;
            boolean value = false;
            while (text.charAt(at) != ';' && (value || text.charAt(at) != '{')) {
                value |= text.charAt(at) == '=';
                next();
            }
            String head = text.substring(from, at);
            if (text.charAt(at) == ';') {
                at++;
            }
            return new PtxModule.Statement(head.strip(), start);
        }
    }

    /** Whether a body follows. */
    boolean hasBody() {
        return at < text.length() && text.charAt(at) == '{';
    }

    /** A body's statements, without its own braces. */
    List<PtxModule.Statement> body() {
        at++;
        List<PtxModule.Statement> statements = new ArrayList<>();
        Matcher label = LABEL.matcher(text);
        for (int depth = 1; ; ) {
            skip();
            char c = text.charAt(at);
            if (c == '{' || c == '}') {
                at++;
                depth += c == '{' ? 1 : -1;
                if (depth == 0) {
                    return statements;
                }
                statements.add(new PtxModule.Statement(String.valueOf(c), line));
                continue;
            }
            if (label.region(at, text.length()).lookingAt()) {
                statements.add(new PtxModule.Statement(label.group(1) + ":", line));
                at = label.end();
                continue;
            }
            int from = at;
            int start = line;
            while (text.charAt(at) != ';') {
                next();
            }
            String statement = text.substring(from, at).replaceAll("\\s+", " ").strip();
            if (!statement.isEmpty()) {
                statements.add(new PtxModule.Statement(statement, start));
            }
            at++;
        }
    }

    private void next() {
        if (text.charAt(at) == '\n') {
            line++;
        }
        at++;
    }

    /** Passes blanks and comments. */
    private void skip() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                next();
            } else if (text.startsWith("//", at)) {
                while (at < text.length() && text.charAt(at) != '\n') {
                    at++;
                }
            } else {
                return;
            }
        }
    }
}
