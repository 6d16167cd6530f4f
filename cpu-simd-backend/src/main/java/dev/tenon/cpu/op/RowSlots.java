package dev.tenon.cpu.op;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.cpu.plan.Slot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operands of a row loop, of which some may be absent: each is known by its place, -1 where there is none. */
final class RowSlots {
    private final Shape shape;
    private final List<Slot> slots = new ArrayList<>();

    /** @param shape of the first operand */
    RowSlots(Shape shape) {
        this.shape = shape;
    }

    int in(@Nullable Tensor tensor) {
        return tensor == null ? -1 : add(Slot.in(tensor));
    }

    int out(@Nullable Tensor tensor) {
        return tensor == null ? -1 : add(Slot.out(tensor));
    }

    /** A vector that all rows share. */
    int shared(@Nullable Tensor tensor) {
        return tensor == null ? -1 : layout(tensor, tensor.layout().broadcastTo(shape), false);
    }

    /** One number a row, read. */
    int statistic(@Nullable Tensor tensor) {
        return tensor == null ? -1 : layout(tensor, tensor.layout().unsqueeze(-1), false);
    }

    /** One number a row, written. */
    int statisticOut(@Nullable Tensor tensor) {
        return tensor == null ? -1 : layout(tensor, tensor.layout().unsqueeze(-1), true);
    }

    private int layout(Tensor tensor, Layout layout, boolean writes) {
        return add(new Slot(tensor.dtype(), Slot.storage(tensor), layout, !writes, writes));
    }

    private int add(Slot slot) {
        slots.add(slot);
        return slots.size() - 1;
    }

    Slot[] toArray() {
        return slots.toArray(new Slot[0]);
    }

    /** An operand's row; 0 where it is absent. */
    static long at(long[] at, int place) {
        return place < 0 ? 0 : at[place];
    }
}
