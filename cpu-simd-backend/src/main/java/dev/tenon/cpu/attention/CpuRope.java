package dev.tenon.cpu.attention;

import dev.tenon.Shape;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.op.Rope;

/**
 * {@link Rope} on the CPU. Angles are products in double precision, and their sines and cosines are computed once a
 * token for all heads (for all batch rows too, where these share their positions), so positions up to 2^20 and beyond
 * lose nothing.
 */
public final class CpuRope {
    /** Rows (of one token and head) in a chunk of work: about ten microseconds. */
    private static final int ROWS_PER_CHUNK = 128;

    private final Operand in;
    private final Operand out;
    private final Operand positions;
    private final Operand frequencies;
    private final boolean sharedPositions;
    private final boolean adjacent;
    private final boolean copiesRest;
    private final double magnitude;
    private final double direction;
    private final int batch;
    private final int tokens;
    private final int heads;
    private final int headSize;
    private final int pairs;

    private CpuRope(Rope op) {
        Shape shape = op.in().shape();
        this.in = Operand.of(op.in());
        this.out = Operand.of(op.out());
        this.positions = Operand.of(op.positions());
        this.frequencies = Operand.of(op.frequencies());
        this.sharedPositions = op.positions().shape().rank() == 1;
        this.adjacent = op.pairing() == Rope.Pairing.ADJACENT;
        this.copiesRest = in.address != out.address;
        this.magnitude = op.magnitude();
        this.direction = op.inverse() ? -op.magnitude() : op.magnitude();
        this.batch = Math.toIntExact(shape.size(0));
        this.tokens = Math.toIntExact(shape.size(1));
        this.heads = Math.toIntExact(shape.size(2));
        this.headSize = Math.toIntExact(shape.size(3));
        this.pairs = Math.toIntExact(op.frequencies().shape().size(0));
    }

    /** Prepares the operator; the result may be run again and again. Positions and frequencies are read at each run. */
    public static Runnable bind(Rope op, ThreadTeam team) {
        CpuRope rope = new CpuRope(op);
        if (op.in().shape().elements() == 0) {
            return () -> {};
        }
        int units = rope.sharedPositions ? rope.tokens : Math.multiplyExact(rope.tokens, rope.batch);
        long rowsPerUnit = (long) rope.heads * (rope.sharedPositions ? rope.batch : 1);
        int perChunk = (int) Math.max(1, ROWS_PER_CHUNK / rowsPerUnit);
        int chunks = (units + perChunk - 1) / perChunk;
        return () -> team.run(chunks, chunk -> rope.run(chunk * perChunk, Math.min(units, (chunk + 1) * perChunk)));
    }

    private void run(int from, int to) {
        double[] angles = new double[pairs];
        double[] sines = new double[pairs];
        double[] cosines = new double[pairs];
        double[] row = new double[headSize];
        for (int unit = from; unit < to; unit++) {
            int token = sharedPositions ? unit : unit % tokens;
            int firstRow = sharedPositions ? 0 : unit / tokens;
            int endRow = sharedPositions ? batch : firstRow + 1;
            double position = OffHeap.getInt(sharedPositions ? positions.at(token) : positions.at(firstRow, token));
            for (int i = 0; i < pairs; i++) {
                angles[i] = position * OffHeap.getFloat(frequencies.at(i));
            }
            SinCos.of(angles, pairs, sines, cosines);
            for (int i = 0; i < pairs; i++) {
                sines[i] *= direction;
                cosines[i] *= magnitude;
            }
            for (int b = firstRow; b < endRow; b++) {
                for (int h = 0; h < heads; h++) {
                    turn(in.at(b, token, h), out.at(b, token, h), row, sines, cosines);
                }
            }
        }
    }

    private void turn(long from, long to, double[] row, double[] sines, double[] cosines) {
        int size = copiesRest ? headSize : 2 * pairs;
        Scalars.load(in.dtype, from, in.stride(3), size, row);
        if (adjacent) {
            for (int i = 0; i < pairs; i++) {
                double x = row[2 * i];
                double y = row[2 * i + 1];
                row[2 * i] = x * cosines[i] - y * sines[i];
                row[2 * i + 1] = y * cosines[i] + x * sines[i];
            }
        } else {
            for (int i = 0; i < pairs; i++) {
                double x = row[i];
                double y = row[pairs + i];
                row[i] = x * cosines[i] - y * sines[i];
                row[pairs + i] = y * cosines[i] + x * sines[i];
            }
        }
        Scalars.store(out.dtype, to, out.stride(3), size, row);
    }
}
