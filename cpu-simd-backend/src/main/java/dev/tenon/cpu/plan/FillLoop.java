package dev.tenon.cpu.plan;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;

/** Repeats one element's bits over contiguous memory. */
public final class FillLoop implements Runnable {
    private static final long PARALLEL_BYTES = 1 << 18;
    /** Bytes that are written element by element; the rest is copied from them. */
    private static final int PATTERN = 4096;

    private final ThreadTeam team;
    private final long address;
    private final long bytes;
    private final int unit;
    private final long bits;

    /**
     * @param unit bytes of an element: 1, 2, 4 or 8
     * @param bits the element's, in the low bytes
     */
    public FillLoop(ThreadTeam team, long address, long elements, int unit, long bits) {
        this.team = team;
        this.address = address;
        this.bytes = elements * unit;
        this.unit = unit;
        this.bits = bits;
    }

    @Override
    public void run() {
        if (bytes == 0) {
            return;
        }
        if (bytes < PARALLEL_BYTES) {
            range(0, bytes);
            return;
        }
        long size = Math.max(PARALLEL_BYTES / 2, (bytes / 64 + PATTERN - 1) / PATTERN * PATTERN);
        team.run((int) ((bytes + size - 1) / size), c -> range(c * size, Math.min(bytes, (c + 1) * size)));
    }

    private void range(long from, long to) {
        long start = (address + from) & OffHeap.ADDRESS_MASK;
        int first = (int) Math.min(PATTERN, to - from);
        switch (unit) {
            case 1 -> {
                for (int i = 0; i < first; i++) {
                    OffHeap.setByte(start + i, (byte) bits);
                }
            }
            case 2 -> {
                for (int i = 0; i < first; i += 2) {
                    OffHeap.setShort(start + i, (short) bits);
                }
            }
            case 4 -> {
                for (int i = 0; i < first; i += 4) {
                    OffHeap.setInt(start + i, (int) bits);
                }
            }
            default -> {
                for (int i = 0; i < first; i += 8) {
                    OffHeap.setLong(start + i, bits);
                }
            }
        }
        for (long at = from + first; at < to; at += PATTERN) {
            OffHeap.copy(start, address + at, Math.min(PATTERN, to - at));
        }
    }
}
