package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
import org.jspecify.annotations.Nullable;

/** How a kernel with a group a row goes through rows: what FORM, VECTOR and the group are in row.h. */
final class RowForm {
    private static final int WIDE = 1;
    /** A group has no fewer items, if the tuning allows as many. */
    private static final int LEAST_ITEMS = 32;

    private final DeviceTraits device;
    private final int vector;
    private final int items;
    private boolean wide;
    private int bits;

    private RowForm(DeviceTraits device, int vector, int items, boolean wide) {
        this.device = device;
        this.vector = vector;
        this.items = items;
        this.wide = wide;
    }

    /** For rows of {@code n} elements of a type. */
    static RowForm of(Work work, DType type, long n) {
        DeviceTraits device = work.device();
        int vector = Vectors.width(work, type);
        int items = device.rowGroup();
        // A CPU has no items to save: they are steps of a loop.
        int least = Math.max(LEAST_ITEMS, work.setting(Setting.SUB_GROUP));
        while (!device.cpu() && items > least && (long) items / 2 * vector >= n) {
            items /= 2;
        }
        return new RowForm(device, vector, items, vector > 1 && n % vector == 0);
    }

    /** With an operand that has the rows, number {@code operand} of the loop over them. */
    RowForm rows(Loop rows, int operand, Tensor tensor) {
        wide &= Rows.step(tensor) == 1 && rows.isAligned(operand, Vectors.alignment(tensor.dtype(), vector));
        return this;
    }

    /** With an operand that has the rows and may be absent, of which FORM has a bit. */
    RowForm rows(Loop rows, int operand, @Nullable Tensor tensor, int bit) {
        return tensor == null ? this : rows(rows, operand, tensor).has(tensor, bit);
    }

    /** With a vector as long as a row that may be absent, of which FORM has a bit. */
    RowForm vector(@Nullable Tensor tensor, int bit) {
        if (tensor != null) {
            wide &= tensor.layout().stride(0) == 1
                    && tensor.layout().offset() % Vectors.alignment(tensor.dtype(), vector) == 0;
        }
        return has(tensor, bit);
    }

    /** With an operand that may be absent and has one element a row, of which FORM has a bit. */
    RowForm has(@Nullable Tensor tensor, int bit) {
        bits |= tensor == null ? 0 : bit;
        return this;
    }

    /** The macros, with a space before them. */
    String defines() {
        String group = device.groupDefines(device.ahead() ? device.rowGroup() : items) + Vectors.define(vector);
        return device.ahead() ? group : group + " FORM=" + argument();
    }

    /** The kernel's last argument. */
    int argument() {
        return bits | (wide ? WIDE : 0);
    }

    /** Work items of a group. */
    int items() {
        return items;
    }
}
