package dev.tenon.cuda.ptx;

/** An instruction of a kernel, with its registers found. */
abstract class Instruction {
    /** How a warp goes on after it. */
    enum Kind {
        /** Does something, then the next. */
        PLAIN,
        /** Lanes go on elsewhere. */
        BRANCH,
        /** Lanes end. */
        EXIT,
        /** Lanes wait for others of the block. */
        BARRIER,
        /** Asks for something; where it is not there yet, other warps come first. */
        ASK
    }

    final Kind kind;
    /** The predicate that says which lanes take part; -1 if all do. */
    int guard = -1;

    /** Whether those take part for which the predicate is false. */
    boolean guardIsNegated;

    /** The line of the PTX text, from 1. */
    int line;

    /** Its own text. */
    String text = "";

    Instruction(Kind kind) {
        this.kind = kind;
    }

    /** Runs it in the lanes that {@code mask} has bits for, of which there is at least one. */
    abstract void execute(Warp warp, int mask);

    /** To another instruction. */
    static final class Branch extends Instruction {
        int target = -1;

        Branch() {
            super(Kind.BRANCH);
        }

        @Override
        void execute(Warp warp, int mask) {}
    }

    /** The end of lanes. */
    static final class Exit extends Instruction {
        Exit() {
            super(Kind.EXIT);
        }

        @Override
        void execute(Warp warp, int mask) {}
    }

    /** {@code bar.sync}: the barrier's number, and how many threads it waits for, or -1 for all of the block. */
    static final class Barrier extends Instruction {
        private final int number;
        private final int threads;

        /** Both are the first slots of registers; {@code threads} is below 0 where there is none. */
        Barrier(int number, int threads) {
            super(Kind.BARRIER);
            this.number = number;
            this.threads = threads;
        }

        @Override
        void execute(Warp warp, int mask) {
            for (int rest = mask; rest != 0; rest &= rest - 1) {
                int lane = Integer.numberOfTrailingZeros(rest);
                warp.barriers[lane] = (int) warp.registers[number + lane];
                warp.expected[lane] = threads < 0 ? -1 : (int) warp.registers[threads + lane];
            }
        }
    }

    /** A result for each lane, and nothing else. */
    static final class Compute extends Instruction {
        private final Lanes lanes;
        private final int to;
        private final int[] from;

        /** Registers by their first slots. */
        Compute(Lanes lanes, int to, int... operands) {
            super(Kind.PLAIN);
            this.lanes = lanes;
            this.to = to;
            this.from = new int[4];
            System.arraycopy(operands, 0, from, 0, operands.length);
        }

        @Override
        void execute(Warp warp, int mask) {
            long[] r = warp.registers;
            if (mask == -1) {
                lanes.run(r, r, to, from[0], from[1], from[2], from[3]);
            } else {
                lanes.run(r, warp.scratch, 0, from[0], from[1], from[2], from[3]);
                warp.merge(to, mask);
            }
        }
    }

    /** A predicate for each lane. */
    static final class Compare extends Instruction {
        private final Comparisons comparison;
        private final int to;
        private final int a;
        private final int b;

        Compare(Comparisons comparison, int to, int a, int b) {
            super(Kind.PLAIN);
            this.comparison = comparison;
            this.to = to;
            this.a = a;
            this.b = b;
        }

        @Override
        void execute(Warp warp, int mask) {
            int result = comparison.run(warp.registers, a, b);
            warp.predicates[to] = warp.predicates[to] & ~mask | result & mask;
        }
    }

    /** What a lambda does. */
    static final class Action extends Instruction {
        /** Does it. */
        @FunctionalInterface
        interface Body {
            void run(Warp warp, int mask);
        }

        private final Body body;

        Action(Body body) {
            this(Kind.PLAIN, body);
        }

        Action(Kind kind, Body body) {
            super(kind);
            this.body = body;
        }

        @Override
        void execute(Warp warp, int mask) {
            body.run(warp, mask);
        }
    }
}
