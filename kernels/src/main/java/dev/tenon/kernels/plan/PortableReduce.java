package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.op.Reduce;
import dev.tenon.spi.DeviceBuffer;
import java.util.Arrays;

final class PortableReduce {
    private PortableReduce() {}

    static void bind(Reduce op, Work work) {
        Shape shape = op.in().shape();
        boolean[] reduced = new boolean[shape.rank()];
        op.axes().forEach(axis -> reduced[axis] = true);
        Loop kept = loop(op, reduced, false);
        Loop terms = loop(op, reduced, true);
        // Neighbouring items should read neighbouring elements: along the reduced axes, or along the kept ones.
        boolean byItem = isInnerKept(op.in().layout(), reduced) || terms.count() < 16;
        int group = work.device().reduceGroup();
        long running = kept.count() * (byItem ? 1 : group);
        long wanted = (long) work.device().computeUnits() * work.setting(Setting.REDUCE_ITEMS) / Math.max(1, running);
        long splits = Math.clamp(Math.min(wanted, terms.count() / work.setting(Setting.REDUCE_PART)), 1, 1024);
        long chunk = Math.ceilDiv(terms.count(), splits);
        DType type = op.in().dtype();
        String defines = "TYPE=" + type + " OUT=" + op.out().dtype() + " FUNCTION=" + op.kind()
                + work.device().groupDefines(group) + (terms.rank() <= 1 ? " ONE_AXIS" : "");
        DeviceBuffer partial = work.scratch(splits == 1 ? 1 : kept.count() * splits * Long.BYTES);
        Launch launch = work.launch("reduce", byItem ? "reduce_item" : "reduce_group", defines)
                .storage(op.in())
                .storage(op.out())
                .buffer(partial)
                .loop(kept)
                .loop(terms)
                .value(splits)
                .value(chunk);
        if (byItem) {
            launch.elements(kept.count() * splits);
        } else {
            launch.groups(kept.count() * splits, group);
        }
        if (splits > 1) {
            work.launch("reduce", "reduce_partials", defines)
                    .buffer(partial)
                    .storage(op.out())
                    .loop(kept)
                    .value(splits)
                    .value(terms.count())
                    .elements(kept.count());
        }
    }

    private static Loop loop(Reduce op, boolean[] reduced, boolean wanted) {
        Layout in = op.in().layout();
        Layout out = op.out().layout();
        int rank = 0;
        long[] sizes = new long[reduced.length];
        long[] from = new long[reduced.length];
        long[] to = new long[reduced.length];
        for (int axis = 0; axis < reduced.length; axis++) {
            if (reduced[axis] == wanted) {
                sizes[rank] = in.shape().size(axis);
                from[rank] = in.stride(axis);
                to[rank++] = wanted ? 0 : out.stride(axis);
            }
        }
        Shape shape = Shape.of(Arrays.copyOf(sizes, rank));
        return Loop.over(
                shape,
                Layout.of(shape, Arrays.copyOf(from, rank), wanted ? 0 : in.offset()),
                Layout.of(shape, Arrays.copyOf(to, rank), wanted ? 0 : out.offset()));
    }

    private static boolean isInnerKept(Layout layout, boolean[] reduced) {
        long least = Long.MAX_VALUE;
        boolean kept = false;
        for (int axis = 0; axis < reduced.length; axis++) {
            long stride = Math.abs(layout.stride(axis));
            if (layout.shape().size(axis) > 1 && stride > 0 && stride < least) {
                least = stride;
                kept = !reduced[axis];
            }
        }
        return kept;
    }
}
