package dev.tenon.models.generate;

import java.util.List;

/**
 * Holds text back as long as it may turn out to be the beginning of a stop string, and ends it where one appears.
 */
final class StopFilter {
    private final List<String> stops;
    private final StringBuilder text = new StringBuilder();
    private int handedOut;
    private boolean stopped;

    StopFilter(List<String> stops) {
        this.stops = stops;
    }

    /** Takes a piece and answers with what has become certain. */
    String accept(String piece) {
        int searchFrom = handedOut;
        text.append(piece);
        int at = first(searchFrom);
        if (at >= 0) {
            stopped = true;
            text.setLength(at);
        }
        return release(stopped ? text.length() : text.length() - held());
    }

    /** What was held back, now that nothing follows. */
    String finish() {
        return release(text.length());
    }

    boolean isStopped() {
        return stopped;
    }

    /** All text up to now, what is held back included. */
    String text() {
        return text.toString();
    }

    private String release(int to) {
        String certain = text.substring(handedOut, to);
        handedOut = to;
        return certain;
    }

    private int first(int from) {
        int first = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop, from);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** The length of the longest end of the text that begins a stop string. */
    private int held() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, text.length() - handedOut); length > longest; length--) {
                if (text.indexOf(stop.substring(0, length), text.length() - length) >= 0) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
