package dev.tenon.cuda.ptx;

import java.util.Arrays;

/**
 * Thirty-two threads. Those at the lowest instruction run it together, until they come to where others wait: as compilers lay out
 * code, what a branch parted meets again behind it.
 */
final class Warp {
    /** The number of the cluster's barrier among barriers. */
    static final int CLUSTER = -1;

    final BlockOfThreads block;
    final Program program;
    /** The number of lane 0 within the block. */
    final int first;

    final long[] registers;
    final int[] predicates;
    /** What {@link #merge} takes results from. */
    final long[] scratch = new long[Lanes.COUNT];

    /** Each lane's carry of {@code add.cc} and the like. */
    int carry;

    /** By lane: the barrier that it waits at, and for how many threads. */
    final int[] barriers = new int[Lanes.COUNT];

    final int[] expected = new int[Lanes.COUNT];

    /** Lanes that have come to the cluster's barrier, and those for which all others have too, until they have waited. */
    int arrived;

    int passing;
    final PendingCopies copies = new PendingCopies();
    final GroupProducts products = new GroupProducts();

    /** Whether what the last instruction asked for was not there yet. */
    boolean isRefused;

    private final int[] at = new int[Lanes.COUNT];
    private int alive;
    private int waiting;

    Warp(BlockOfThreads block, Program program, int first) {
        this.block = block;
        this.program = program;
        this.first = first;
        this.registers = new long[program.registers()];
        this.predicates = new int[program.predicates()];
    }

    /** At the kernel's first instruction; what registers hold is left from before. */
    void start(int threads) {
        Arrays.fill(at, 0);
        alive = threads - first >= Lanes.COUNT ? -1 : (1 << threads - first) - 1;
        waiting = 0;
        arrived = 0;
        passing = 0;
        carry = 0;
        copies.clear();
        products.clear();
        program.constants().fill(registers);
    }

    /** Fills a register. */
    void set(int register, long value) {
        Arrays.fill(registers, register, register + Lanes.COUNT, value);
    }

    /** Takes the scratch's slots for the lanes of a mask. */
    void merge(int to, int mask) {
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            registers[to + lane] = scratch[lane];
        }
    }

    boolean isDone() {
        return alive == 0;
    }

    boolean isReady() {
        return (alive & ~waiting) != 0;
    }

    /** Lanes that have not ended. */
    int alive() {
        return alive;
    }

    /** Lanes that wait at a barrier. */
    int waiting() {
        return waiting;
    }

    void release(int lanes) {
        waiting &= ~lanes;
    }

    /** Runs until every lane has ended or waits, or the warp lets others go first. */
    void run() {
        boolean goOn = true;
        while (goOn) {
            int ready = alive & ~waiting;
            if (ready == 0) {
                return;
            }
            int lowest = Integer.MAX_VALUE;
            int next = Integer.MAX_VALUE;
            int mask = 0;
            for (int rest = ready; rest != 0; rest &= rest - 1) {
                int lane = Integer.numberOfTrailingZeros(rest);
                int where = at[lane];
                if (where < lowest) {
                    next = lowest;
                    lowest = where;
                    mask = 0;
                } else if (where > lowest && where < next) {
                    next = where;
                }
                if (where == lowest) {
                    mask |= 1 << lane;
                }
            }
            goOn = together(lowest, next, mask);
        }
    }

    /** Runs lanes from one instruction on until they part, end, wait, or come to {@code next}; false if others are to go first. */
    private boolean together(int from, int next, int mask) {
        Instruction[] code = program.code();
        int position = from;
        try {
            while (position < next) {
                Instruction instruction = code[position];
                int lanes = mask;
                if (instruction.guard >= 0) {
                    int predicate = predicates[instruction.guard];
                    lanes &= instruction.guardIsNegated ? ~predicate : predicate;
                    if (lanes == 0) {
                        position++;
                        continue;
                    }
                }
                switch (instruction.kind) {
                    case PLAIN -> {
                        instruction.execute(this, lanes);
                        position++;
                    }
                    case BRANCH -> {
                        int target = ((Instruction.Branch) instruction).target;
                        if (lanes != mask) {
                            place(lanes, target);
                            place(mask & ~lanes, position + 1);
                            return true;
                        }
                        position = target;
                    }
                    case EXIT -> {
                        alive &= ~lanes;
                        place(mask & ~lanes, position + 1);
                        return true;
                    }
                    case BARRIER -> {
                        instruction.execute(this, lanes);
                        waiting |= lanes;
                        place(mask, position + 1);
                        return true;
                    }
                    case ASK -> {
                        instruction.execute(this, lanes);
                        position++;
                        if (isRefused) {
                            place(mask, position);
                            return false;
                        }
                    }
                }
            }
            place(mask, position);
            return true;
        } catch (PtxError | IndexOutOfBoundsException | IllegalStateException e) {
            throw failed(code[position], mask, e);
        }
    }

    private void place(int lanes, int position) {
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            at[Integer.numberOfTrailingZeros(rest)] = position;
        }
    }

    private PtxError failed(Instruction instruction, int mask, Throwable cause) {
        int lane = cause instanceof LaneError error ? error.lane : Integer.numberOfTrailingZeros(mask);
        return new PtxError(
                "%s, line %d, `%s`, block %s, thread %d: %s"
                        .formatted(
                                program.name(),
                                instruction.line,
                                instruction.text,
                                block.where(),
                                first + lane,
                                cause.getMessage()),
                cause);
    }

    /** What one lane did wrong. */
    static final class LaneError extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        final int lane;

        LaneError(int lane, String message) {
            super(message);
            this.lane = lane;
        }
    }

    /** Where lanes stand, for a block that does not go on. */
    String state() {
        StringBuilder text = new StringBuilder();
        for (int rest = alive; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            Instruction instruction = program.code()[Math.max(0, at[lane] - 1)];
            String line = "line " + instruction.line + " `" + instruction.text + "`";
            if (text.indexOf(line) < 0) {
                text.append(" thread ").append(first + lane).append(" at ").append(line);
            }
        }
        return text.toString();
    }
}
