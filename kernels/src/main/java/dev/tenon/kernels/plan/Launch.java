package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.spi.DeviceBuffer;
import java.util.ArrayList;
import java.util.List;

/** A kernel with its arguments, in the order of the kernel's parameters, and its range: what a backend enqueues. */
public final class Launch {
    private static final long[] NONE = {};

    private final KernelKey key;
    private final int elementGroup;
    private final List<Argument> arguments = new ArrayList<>(6);
    private final List<DeviceBuffer> buffers = new ArrayList<>(4);
    private long[] groups = NONE;
    private long[] items = NONE;
    private long localBytes;

    /** What a kernel's parameter is given. */
    public sealed interface Argument {}

    /** Memory, by its beginning. */
    public record Memory(DeviceBuffer buffer) implements Argument {}

    /** A value of 4 or 8 bytes, little-endian. */
    public record Value(int bytes, long bits) implements Argument {}

    /** A structure of 64-bit fields. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Fields(long[] values) implements Argument {}

    /** @param elementGroup work items of a group that has one for each element */
    Launch(KernelKey key, int elementGroup) {
        this.key = key;
        this.elementGroup = elementGroup;
    }

    /** A tensor's whole storage; where its elements lie in it is told apart. */
    public Launch storage(Tensor tensor) {
        return buffer(tensor.buffer());
    }

    /** Memory that {@link Work#scratch} gave, or a tensor's. */
    public Launch buffer(DeviceBuffer buffer) {
        buffers.add(buffer);
        arguments.add(new Memory(buffer));
        return this;
    }

    public Launch value(long value) {
        arguments.add(new Value(Long.BYTES, value));
        return this;
    }

    public Launch value(int value) {
        arguments.add(new Value(Integer.BYTES, value));
        return this;
    }

    public Launch value(float value) {
        return value(Float.floatToRawIntBits(value));
    }

    public Launch value(double value) {
        return value(Double.doubleToRawLongBits(value));
    }

    public Launch fields(long[] fields) {
        arguments.add(new Fields(fields));
        return this;
    }

    public Launch loop(Loop loop) {
        return fields(loop.fields());
    }

    /** One work item an element, the last group's surplus aside. */
    public Launch elements(long count) {
        return groups(Math.ceilDiv(count, (long) elementGroup), elementGroup);
    }

    /** Groups along one axis. */
    public Launch groups(long groups0, int itemsOfGroup) {
        groups = new long[] {groups0};
        items = new long[] {itemsOfGroup};
        return this;
    }

    /** Groups along two axes, their items along the first. */
    public Launch groups(long groups0, long groups1, int itemsOfGroup) {
        groups = new long[] {groups0, groups1};
        items = new long[] {itemsOfGroup, 1};
        return this;
    }

    /** Groups along three axes, their items along the first. */
    public Launch groups(long groups0, long groups1, long groups2, int itemsOfGroup) {
        groups = new long[] {groups0, groups1, groups2};
        items = new long[] {itemsOfGroup, 1, 1};
        return this;
    }

    /** Groups, and a group's items, along each axis. */
    public Launch range(long[] groupsOfRange, long[] itemsOfGroup) {
        groups = groupsOfRange;
        items = itemsOfGroup;
        return this;
    }

    /** Local memory that a group is given beyond what the kernel declares; only kernels that are compiled ahead of time ask for it. */
    public Launch local(long bytes) {
        localBytes = bytes;
        return this;
    }

    public long localBytes() {
        return localBytes;
    }

    public KernelKey key() {
        return key;
    }

    public List<Argument> arguments() {
        return arguments;
    }

    /** The memory among the arguments. */
    public List<DeviceBuffer> buffers() {
        return buffers;
    }

    /** How many groups there are along each axis; one to three axes. */
    public long[] groups() {
        return groups;
    }

    /** A group's work items along each axis. */
    public long[] items() {
        return items;
    }

    /** Whether there is nothing to run. */
    public boolean isEmpty() {
        for (long count : groups) {
            if (count == 0) {
                return true;
            }
        }
        return false;
    }
}
