package dev.tenon.models.chat.jinja;

import java.math.BigInteger;

/** What one rendering may use. Templates come with model files, which anyone may have made. */
final class Budget {
    /** Bits of the largest whole number. */
    private static final int MOST_BITS = 1 << 16;

    /** Characters that cost as much as one step. */
    private static final int CHARACTERS_A_STEP = 32;

    private final Limits limits;
    private long steps;
    private int depth;

    Budget(Limits limits) {
        this.limits = limits;
    }

    /** Pays for one node of the tree or one item of a list. */
    void step() {
        pay(1);
    }

    private void pay(long more) {
        steps += more;
        if (steps > limits.steps()) {
            throw new PythonError.Limit("the template takes more than " + limits.steps() + " steps");
        }
    }

    /** Pays for a text or list that is about to be made. */
    void make(long length) {
        if (length > limits.length()) {
            throw new PythonError.Limit("the template makes a text or list longer than " + limits.length());
        }
        pay(Math.max(0, length) / CHARACTERS_A_STEP);
    }

    /** Pays for a list that is about to be made. */
    void items(long count) {
        make(count);
        pay(Math.max(0, count));
    }

    String text(String made) {
        make(made.length());
        return made;
    }

    BigInteger number(BigInteger made) {
        bits(made.bitLength());
        return made;
    }

    void bits(long bits) {
        if (bits > MOST_BITS) {
            throw new PythonError.Limit("the template makes a number of more than " + MOST_BITS + " bits");
        }
        pay(bits / CHARACTERS_A_STEP);
    }

    void enter() {
        if (++depth > limits.depth()) {
            throw new PythonError.Limit("the template nests or calls itself more than " + limits.depth() + " deep");
        }
    }

    void leave() {
        depth--;
    }
}
