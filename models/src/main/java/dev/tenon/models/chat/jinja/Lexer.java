package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens. Text between tags is trimmed here: a minus sign in a tag takes the white space on its
 * side; a statement or comment tag takes the line end after it and, where only blanks stand before it on its line,
 * those, unless it has a plus sign.
 */
final class Lexer {
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+\\-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER = Pattern.compile(
            "0[bB](?:_?[01])++|0[oO](?:_?[0-7])++|0[xX](?:_?[0-9a-fA-F])++|[1-9](?:_?\\d)*+|0(?:_?0)*+");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]*");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    private int line = 1;
    private boolean lineStarts = true;

    private Lexer(String source) {
        this.source = source;
    }

    /**
     * @throws PythonError.Syntax if a tag is not closed or holds what is no token
     */
    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                add(Kind.DATA, source.substring(at));
                break;
            }
            Matcher raw = RAW.matcher(source).region(tag, source.length());
            boolean isRaw = raw.lookingAt();
            char sign = signAfter(tag + 2);
            char type = source.charAt(tag + 1);
            text(source.substring(at, tag), sign, type != '{');
            if (isRaw) {
                advance(tag, raw.end());
                raw();
            } else if (type == '#') {
                comment(tag, tag + 2 + (sign == 0 ? 0 : 1));
            } else {
                boolean block = type == '%';
                add(block ? Kind.BLOCK_BEGIN : Kind.VARIABLE_BEGIN, source.substring(tag, tag + 2));
                advance(tag, tag + 2 + (sign == 0 ? 0 : 1));
                inside(block);
            }
        }
        tokens.add(new Token(Kind.END, "", line));
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '%' || next == '{' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private char signAfter(int place) {
        char sign = place < source.length() ? source.charAt(place) : 0;
        return sign == '-' || sign == '+' ? sign : 0;
    }

    /** The text before a tag; the lines that it loses still count. */
    private void text(String text, char sign, boolean stripsLine) {
        String kept = text;
        if (sign == '-') {
            kept = Text.stripRight(text);
        } else if (sign != '+' && stripsLine) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarts) && Text.isBlank(text, lineStart)) {
                kept = text.substring(0, lineStart);
            }
        }
        add(Kind.DATA, kept);
        countLines(text);
    }

    private void raw() {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw new PythonError.Syntax("Missing end of raw directive", line);
        }
        String group = end.group(1);
        text(source.substring(at, end.start()), group.isEmpty() ? 0 : group.charAt(0), true);
        advance(end.start(), end.end());
    }

    private void comment(int tag, int from) {
        int end = source.indexOf("#}", from);
        if (end < 0) {
            throw new PythonError.Syntax("Missing end of comment tag", line);
        }
        advance(tag, afterEnd(end + 2, end > from ? signAfter(end - 1) : 0));
    }

    /** Where text goes on after a statement's or comment's end. */
    private int afterEnd(int end, char sign) {
        int after = end;
        if (sign == '-') {
            while (after < source.length() && Text.isSpace(source.charAt(after))) {
                after++;
            }
        } else if (sign == 0 && after < source.length() && source.charAt(after) == '\n') {
            after++;
        }
        return after;
    }

    private void inside(boolean block) {
        String close = block ? "%}" : "}}";
        while (at < source.length()) {
            char sign = signAfter(at);
            int mark = sign == 0 ? at : at + 1;
            if (open.isEmpty() && source.startsWith(close, mark) && (block || sign != '+')) {
                add(block ? Kind.BLOCK_END : Kind.VARIABLE_END, close);
                int end = mark + 2;
                advance(at, block || sign == '-' ? afterEnd(end, sign) : end);
                return;
            }
            token();
        }
        throw new PythonError.Syntax("unexpected end of template, expected '" + close + "'", line);
    }

    private void token() {
        char first = source.charAt(at);
        if (Text.isSpace(first)) {
            advance(at, at + 1);
        } else if (first == '\'' || first == '"') {
            string(first);
        } else if (!match(FLOAT, Kind.FLOAT) && !match(INTEGER, Kind.INTEGER) && !match(NAME, Kind.NAME)) {
            operator();
        }
    }

    private boolean match(Pattern pattern, Kind kind) {
        Matcher matcher = pattern.matcher(source).region(at, source.length()).useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group());
        advance(at, matcher.end());
        return true;
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new PythonError.Syntax(
                    "unexpected char " + Representation.quoted(String.valueOf(quote)) + " at " + at, line);
        }
        add(Kind.STRING, StringEscapes.unescape(source.substring(at + 1, end), line));
        advance(at, end + 1);
    }

    private void operator() {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                balance(operator);
                add(Kind.OPERATOR, operator);
                advance(at, at + operator.length());
                return;
            }
        }
        String found = source.substring(at, source.offsetByCodePoints(at, 1));
        throw new PythonError.Syntax("unexpected char " + Representation.quoted(found) + " at " + at, line);
    }

    private void balance(String operator) {
        switch (operator) {
            case "(" -> open.push(')');
            case "[" -> open.push(']');
            case "{" -> open.push('}');
            case ")", "]", "}" -> {
                if (open.isEmpty()) {
                    throw new PythonError.Syntax("unexpected '" + operator + "'", line);
                }
                char expected = open.pop();
                if (expected != operator.charAt(0)) {
                    throw new PythonError.Syntax("unexpected '" + operator + "', expected '" + expected + "'", line);
                }
            }
            default -> {}
        }
    }

    private void add(Kind kind, String text) {
        if (kind != Kind.DATA || !text.isEmpty()) {
            tokens.add(new Token(kind, text, line));
        }
    }

    private void advance(int from, int to) {
        countLines(source.substring(from, to));
        lineStarts = to > 0 && source.charAt(to - 1) == '\n';
        at = to;
    }

    private void countLines(String passed) {
        for (int i = 0; i < passed.length(); i++) {
            if (passed.charAt(i) == '\n') {
                line++;
            }
        }
    }
}
