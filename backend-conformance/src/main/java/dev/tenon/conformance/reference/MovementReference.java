package dev.tenon.conformance.reference;

import dev.tenon.DType;
import dev.tenon.op.AllGather;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.Concat;
import dev.tenon.op.Copy;
import dev.tenon.op.Dequantize;
import dev.tenon.op.Gather;
import dev.tenon.op.Quantize;
import dev.tenon.op.RandomFill;
import dev.tenon.op.ScatterAdd;
import dev.tenon.random.Philox;
import dev.tenon.random.RandomValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operators that move elements: copies, joins, rows by index, caches; and conversions to and from blocks. */
final class MovementReference {
    private MovementReference() {}

    static List<Expected> of(Copy op) {
        Values in = Values.read(op.in().broadcastTo(op.out().shape().sizes()));
        return List.of(in.dtype().isQuantized() ? new Expected.Quantized(in.blocks()) : new Expected.Bits(in.bits()));
    }

    static List<Expected> of(Concat op) {
        List<Values> parts = op.parts().stream().map(Values::read).toList();
        return List.of(new Expected.Bits(
                join(parts, op.axis(), Math.toIntExact(op.out().shape().elements()))));
    }

    static List<Expected> of(AllGather op) {
        List<Values> parts = op.in().stream().map(Values::read).toList();
        int count = Math.toIntExact(op.out().getFirst().shape().elements());
        long[] joined = join(parts, 0, count);
        List<Expected> out = new ArrayList<>();
        op.out().forEach(tensor -> out.add(new Expected.Bits(joined)));
        return out;
    }

    private static long[] join(List<Values> parts, int axis, int count) {
        long[] out = new long[count];
        int outer = 1;
        for (int i = 0; i < axis; i++) {
            outer *= parts.getFirst().size(i);
        }
        int to = 0;
        for (int o = 0; o < outer; o++) {
            for (Values part : parts) {
                int run = part.count() / outer;
                System.arraycopy(part.bits(), o * run, out, to, run);
                to += run;
            }
        }
        return out;
    }

    static List<Expected> of(Gather op) {
        Values table = Values.read(op.table());
        Values indices = Values.read(op.indices());
        int rows = table.size(0);
        int row = rows == 0 ? 0 : table.count() / rows;
        if (table.dtype().isQuantized()) {
            double[] out = new double[indices.count() * row];
            for (int i = 0; i < indices.count(); i++) {
                System.arraycopy(table.reals(), index(op.name(), indices, i, rows) * row, out, i * row, row);
            }
            return List.of(Expected.Reals.of(out));
        }
        long[] out = new long[indices.count() * row];
        for (int i = 0; i < indices.count(); i++) {
            System.arraycopy(table.bits(), index(op.name(), indices, i, rows) * row, out, i * row, row);
        }
        return List.of(new Expected.Bits(out));
    }

    static List<Expected> of(ScatterAdd op) {
        Values rows = Values.read(op.rows());
        Values indices = Values.read(op.indices());
        Values table = Values.read(op.table());
        int row = table.size(0) == 0 ? 0 : table.count() / table.size(0);
        double[] out = table.reals().clone();
        double[] scale = new double[out.length];
        for (int i = 0; i < indices.count(); i++) {
            if (indices.whole(i) == -1) {
                continue;
            }
            int to = index(op.name(), indices, i, table.size(0)) * row;
            for (int j = 0; j < row; j++) {
                if (scale[to + j] == 0) {
                    scale[to + j] = Math.abs(out[to + j]);
                }
                out[to + j] += rows.reals()[i * row + j];
                scale[to + j] += Math.abs(rows.reals()[i * row + j]);
            }
        }
        return List.of(new Expected.Reals(out, scale));
    }

    static List<Expected> of(CacheWrite op) {
        Values rows = Values.read(op.rows());
        Values slots = Values.read(op.slots());
        Values cache = Values.read(op.cache());
        int row = slots.count() == 0 ? 0 : rows.count() / slots.count();
        DType dtype = cache.dtype();
        if (dtype.isQuantized()) {
            byte[] out = cache.blocks().clone();
            byte[] in = BlockQuantizer.quantize(dtype, rows.reals());
            int bytes = (int) dtype.bytes(row);
            for (int i = 0; i < slots.count(); i++) {
                if (slots.whole(i) >= 0) {
                    System.arraycopy(in, i * bytes, out, index(op.name(), slots, i, cache.size(0)) * bytes, bytes);
                }
            }
            return List.of(new Expected.Quantized(out));
        }
        long[] out = cache.bits().clone();
        for (int i = 0; i < slots.count(); i++) {
            if (slots.whole(i) >= 0) {
                int to = index(op.name(), slots, i, cache.size(0)) * row;
                for (int j = 0; j < row; j++) {
                    out[to + j] = rows.dtype() == dtype
                            ? rows.bits()[i * row + j]
                            : NumberFormat.bitsOfReal(dtype, rows.reals()[i * row + j]);
                }
            }
        }
        return List.of(new Expected.Bits(out));
    }

    private static int index(String op, Values indices, int i, int rows) {
        long index = indices.whole(i);
        if (index < 0 || index >= rows) {
            throw new dev.tenon.error.InvalidArgumentException(op + ": index " + index + " of " + rows + " rows");
        }
        return (int) index;
    }

    static List<Expected> of(Quantize op) {
        double[] in = Values.read(op.in()).reals();
        DType dtype = op.out().dtype();
        if (BlockQuantizer.isExact(dtype)) {
            return List.of(new Expected.Quantized(BlockQuantizer.quantize(dtype, in)));
        }
        // The scales are found by search: the values must come back within the type's error of the block's extreme.
        double[] scale = new double[in.length];
        int size = dtype.blockSize();
        for (int block = 0; block < in.length / size; block++) {
            double largest = 0;
            for (int i = 0; i < size; i++) {
                largest = Math.max(largest, Math.abs(in[block * size + i]));
            }
            Arrays.fill(scale, block * size, (block + 1) * size, largest);
        }
        return List.of(new Expected.Reals(in, scale));
    }

    static List<Expected> of(Dequantize op) {
        return List.of(Expected.Reals.of(Values.read(op.in()).reals()));
    }

    static List<Expected> of(RandomFill op) {
        DType dtype = op.out().dtype();
        double[] out = new double[Math.toIntExact(op.out().shape().elements())];
        for (int i = 0; i < out.length; i++) {
            long at = op.offset() + i;
            int word = Philox.word(op.seed(), at);
            out[i] = switch (op.distribution()) {
                case RandomFill.Uniform(float low, float high) ->
                    RandomValues.uniform(word, low, high, RandomValues.last(low, high, dtype));
                case RandomFill.Normal(float mean, float deviation) ->
                    Math.fma(RandomValues.normal(op.seed(), at), deviation, mean);
                case RandomFill.Bernoulli(float probability) -> RandomValues.bernoulli(word, probability) ? 1 : 0;
            };
        }
        return List.of(Expected.Reals.of(out));
    }
}
