package dev.tenon.cli;

import java.io.PrintWriter;

/** A line on a terminal that says how far something is; elsewhere nothing. */
final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;

    private final PrintWriter out;
    private final String label;
    private final boolean shown;
    private int drawn = -1;

    ProgressBar(PrintWriter out, String label) {
        this.out = out;
        this.label = label;
        this.shown = StandardError.isTerminal();
    }

    /** Shows how much of the whole is done. */
    void at(long done, long whole) {
        int percent = (int) (whole <= 0 ? 100 : 100 * done / whole);
        if (!shown || percent == drawn) {
            return;
        }
        drawn = percent;
        int full = WIDTH * percent / 100;
        out.print("\r" + label + " [" + "=".repeat(full) + " ".repeat(WIDTH - full) + "] " + percent + "%");
        out.flush();
    }

    /** Wipes the line. */
    @Override
    public void close() {
        if (shown && drawn >= 0) {
            out.print("\r" + " ".repeat(label.length() + WIDTH + 8) + "\r");
            out.flush();
        }
    }
}
