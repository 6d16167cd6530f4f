package dev.tenon.models.tokenizer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One step of pre-tokenization: cuts pieces of a text into smaller ones. What it does not match stays, as pieces. */
sealed interface SplitStage {
    /** Adds the ends of the pieces into which the piece from {@code from} to {@code to} is cut. */
    void split(String text, int from, int to, IntList ends);

    /** Cuts every piece; {@code ends} are the pieces' ends in order, the last is the text's length. */
    default IntList apply(String text, IntList ends) {
        IntList cut = new IntList();
        int from = 0;
        for (int i = 0; i < ends.size(); i++) {
            int to = ends.get(i);
            split(text, from, to, cut);
            from = to;
        }
        return cut;
    }

    /** Cuts before and after every match; a piece is matched as if it were the whole text. */
    record Regex(Pattern pattern) implements SplitStage {
        @Override
        public void split(String text, int from, int to, IntList ends) {
            cut(pattern.matcher(text), from, to, ends);
        }

        @Override
        public IntList apply(String text, IntList ends) {
            // One matcher for all pieces: most are a few characters long.
            Matcher matcher = pattern.matcher(text);
            IntList cut = new IntList();
            int from = 0;
            for (int i = 0; i < ends.size(); i++) {
                int to = ends.get(i);
                cut(matcher, from, to, cut);
                from = to;
            }
            return cut;
        }

        private static void cut(Matcher matcher, int from, int to, IntList ends) {
            matcher.region(from, to);
            int done = from;
            while (matcher.find()) {
                if (matcher.start() > done) {
                    ends.add(matcher.start());
                }
                if (matcher.end() > matcher.start()) {
                    ends.add(matcher.end());
                }
                done = matcher.end();
            }
            if (done < to) {
                ends.add(to);
            }
        }
    }

    /** Cuts runs of numbers into threes, counted from the right: 1234567 gives 1, 234, 567. */
    record NumbersFromRight(Scope scope) implements SplitStage {
        /** Which runs. */
        enum Scope {
            /** Every run of numbers (category N). */
            NUMBERS,
            /** Runs of decimal digits that no word character follows. */
            DIGITS_BEFORE_BOUNDARY,
            /** Runs of decimal digits, cut at their threes only: neither their first nor their last edge is one. */
            DIGITS
        }

        @Override
        public void split(String text, int from, int to, IntList ends) {
            int done = from;
            int at = from;
            while (at < to) {
                int codePoint = text.codePointAt(at);
                if (!counts(codePoint)) {
                    at += Character.charCount(codePoint);
                    continue;
                }
                int start = at;
                int count = 0;
                while (at < to && counts(text.codePointAt(at))) {
                    at += Character.charCount(text.codePointAt(at));
                    count++;
                }
                if (cuts(text, at, to)) {
                    done = cutRun(text, done, start, count, ends);
                }
            }
            if (done < to) {
                ends.add(to);
            }
        }

        private int cutRun(String text, int done, int start, int count, IntList ends) {
            int at = start;
            int left = count;
            int last = done;
            if (start > done && (scope != Scope.DIGITS || count % 3 == 0)) {
                ends.add(start);
                last = start;
            }
            while (left > 0) {
                int group = left % 3 == 0 ? 3 : left % 3;
                at = text.offsetByCodePoints(at, group);
                left -= group;
                if (left > 0 || scope != Scope.DIGITS) {
                    ends.add(at);
                    last = at;
                }
            }
            return last;
        }

        private boolean counts(int codePoint) {
            return switch (scope) {
                case NUMBERS -> isNumber(codePoint);
                case DIGITS, DIGITS_BEFORE_BOUNDARY -> Character.isDigit(codePoint);
            };
        }

        private boolean cuts(String text, int end, int to) {
            return switch (scope) {
                case NUMBERS, DIGITS -> true;
                case DIGITS_BEFORE_BOUNDARY -> end == to || !isWord(text.codePointAt(end));
            };
        }

        private static boolean isNumber(int codePoint) {
            return switch (Character.getType(codePoint)) {
                case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
                default -> false;
            };
        }

        private static boolean isWord(int codePoint) {
            return switch (Character.getType(codePoint)) {
                case Character.NON_SPACING_MARK,
                        Character.ENCLOSING_MARK,
                        Character.COMBINING_SPACING_MARK,
                        Character.CONNECTOR_PUNCTUATION,
                        Character.DECIMAL_DIGIT_NUMBER,
                        Character.LETTER_NUMBER,
                        Character.OTHER_NUMBER -> true;
                default -> Character.isAlphabetic(codePoint);
            };
        }
    }

    /**
     * Cuts pieces of white space without a line end into powers of two, largest first, 512 at most, at the end 2 or 1.
     * Written out because the pattern's own form looks ahead over the whole run at every step.
     */
    record WhitespaceInPowersOfTwo() implements SplitStage {
        private static final int LARGEST = 512;

        @Override
        public void split(String text, int from, int to, IntList ends) {
            for (int i = from; i < to; i++) {
                if (!isWhitespace(text.charAt(i)) || text.charAt(i) == '\n' || text.charAt(i) == '\r') {
                    ends.add(to);
                    return;
                }
            }
            int at = from;
            while (at < to) {
                at += Math.min(LARGEST, Integer.highestOneBit(to - at));
                ends.add(at);
            }
        }
    }

    /** Unicode's White_Space, all of which lies in the first plane. */
    static boolean isWhitespace(int codePoint) {
        return (codePoint >= 0x9 && codePoint <= 0xD) || codePoint == 0x85 || Character.isSpaceChar(codePoint);
    }
}
