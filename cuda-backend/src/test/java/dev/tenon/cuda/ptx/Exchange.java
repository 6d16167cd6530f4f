package dev.tenon.cuda.ptx;

/** What lanes of a warp give each other. */
final class Exchange {
    private Exchange() {}

    /** The ways of {@code shfl.sync}. */
    enum Mode {
        BFLY,
        IDX,
        UP,
        DOWN
    }

    /**
     * {@code shfl.sync d|p, a, b, c, members}: the value of another lane of the same segment, or the own where that has none.
     *
     * @param to the first slot of the result; the operands likewise
     * @param predicate whether the other lane was in the segment; -1 if nobody asks
     */
    static void shuffle(Warp warp, int mask, Mode mode, int to, int predicate, int a, int b, int c, int members) {
        long[] r = warp.registers;
        together(warp, mask, (int) r[members + Integer.numberOfTrailingZeros(mask)]);
        int valid = 0;
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            int offset = (int) r[b + lane] & 0x1F;
            int clamp = (int) r[c + lane] & 0x1F;
            int segment = (int) r[c + lane] >> 8 & 0x1F;
            int most = lane & segment | clamp & ~segment;
            int from = switch (mode) {
                case BFLY -> lane ^ offset;
                case IDX -> lane & segment | offset & ~segment;
                case UP -> lane - offset;
                case DOWN -> lane + offset;
            };
            boolean within = mode == Mode.UP ? from >= most : from <= most;
            int source = within ? from : lane;
            if (within && (mask & 1 << source) == 0) {
                throw new Warp.LaneError(lane, "lane " + source + ", which takes no part, is read");
            }
            warp.scratch[lane] = r[a + source];
            valid |= within ? 1 << lane : 0;
        }
        warp.merge(to, mask);
        if (predicate >= 0) {
            warp.predicates[predicate] = warp.predicates[predicate] & ~mask | valid;
        }
    }

    /** All lanes that an instruction names must come to it at once: here parted lanes do not wait for each other. */
    static void together(Warp warp, int mask, int members) {
        if ((members & warp.alive()) != mask || (members & ~warp.alive()) != 0 && members != -1) {
            throw new PtxError("lanes %08x are at an instruction for lanes %08x".formatted(mask, members));
        }
    }
}
