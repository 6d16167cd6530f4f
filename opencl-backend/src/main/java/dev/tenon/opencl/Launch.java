package dev.tenon.opencl;

import dev.tenon.Tensor;
import dev.tenon.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** A kernel with its arguments, in the order of the kernel's parameters, and its range. */
public final class Launch {
    private final Kernel kernel;
    private final List<Argument> arguments = new ArrayList<>(6);
    private final List<OpenClBuffer> buffers = new ArrayList<>(4);
    private long[] global = {};
    private long[] local = {};

    /** A value of 4 or 8 bytes, or a structure of 8-byte fields. */
    private record Argument(int bytes, long bits, long @Nullable [] fields) {}

    Launch(Kernel kernel) {
        this.kernel = kernel;
    }

    /** A tensor's whole storage; where its elements lie in it is told apart. */
    public Launch storage(Tensor tensor) {
        return buffer((OpenClBuffer) tensor.buffer());
    }

    Launch buffer(OpenClBuffer buffer) {
        buffers.add(buffer);
        arguments.add(new Argument(8, buffer.handle(), null));
        return this;
    }

    /** Memory that {@link Work#scratch} gave. */
    public Launch scratch(Work.Scratch scratch) {
        return buffer(scratch.buffer());
    }

    public Launch value(long value) {
        arguments.add(new Argument(8, value, null));
        return this;
    }

    public Launch value(int value) {
        arguments.add(new Argument(4, value, null));
        return this;
    }

    public Launch value(float value) {
        arguments.add(new Argument(4, Float.floatToRawIntBits(value), null));
        return this;
    }

    public Launch value(double value) {
        arguments.add(new Argument(8, Double.doubleToRawLongBits(value), null));
        return this;
    }

    /** A structure of 64-bit fields. */
    public Launch fields(long[] fields) {
        arguments.add(new Argument(fields.length * Long.BYTES, 0, fields));
        return this;
    }

    public Launch loop(Loop loop) {
        return fields(loop.fields());
    }

    /** One work item an element, the last group's surplus aside. */
    public Launch elements(long count) {
        int group = Programs.ELEMENT_GROUP;
        return groups(Math.ceilDiv(count, (long) group), group);
    }

    /** Groups along one axis. */
    public Launch groups(long groups, int items) {
        global = new long[] {groups * items};
        local = new long[] {items};
        return this;
    }

    /** Groups along two axes, their items along the first. */
    public Launch groups(long groups0, long groups1, int items) {
        global = new long[] {groups0 * items, groups1};
        local = new long[] {items, 1};
        return this;
    }

    /** Groups along three axes, their items along the first. */
    public Launch groups(long groups0, long groups1, long groups2, int items) {
        global = new long[] {groups0 * items, groups1, groups2};
        local = new long[] {items, 1, 1};
        return this;
    }

    /** Work items and a group's along each axis. */
    public Launch range(List<Long> items, List<Long> group) {
        global = items.stream().mapToLong(Long::longValue).toArray();
        local = group.stream().mapToLong(Long::longValue).toArray();
        return this;
    }

    List<OpenClBuffer> buffers() {
        return buffers;
    }

    private boolean isEmpty() {
        for (long items : global) {
            if (items == 0) {
                return true;
            }
        }
        return false;
    }

    void enqueue(long queue) {
        if (isEmpty()) {
            return;
        }
        synchronized (kernel) {
            setArguments(kernel.handle());
            OpenClNative.enqueue(queue, kernel.handle(), global, local);
        }
    }

    private void setArguments(long handle) {
        if (arguments.size() != kernel.arguments()) {
            throw new InvalidArgumentException("kernel " + kernel.name() + " takes " + kernel.arguments()
                    + " arguments, " + arguments.size() + " are given");
        }
        try (MemoryStack stack = MemoryStack.stackPush()) {
            long single = stack.nmalloc(8, 8);
            for (int i = 0; i < arguments.size(); i++) {
                Argument argument = arguments.get(i);
                long[] fields = argument.fields;
                if (fields == null) {
                    MemoryUtil.memPutLong(single, argument.bits);
                    OpenClNative.argument(handle, i, argument.bytes, single);
                } else {
                    long structure = stack.nmalloc(8, argument.bytes);
                    for (int f = 0; f < fields.length; f++) {
                        MemoryUtil.memPutLong(structure + 8L * f, fields[f]);
                    }
                    OpenClNative.argument(handle, i, argument.bytes, structure);
                }
            }
        }
    }

    /** The launch with its arguments set for good. */
    Prepared prepare() {
        long handle = kernel.copy();
        Prepared prepared = new Prepared(handle, isEmpty() ? new long[0] : global, local, kernel.handles());
        try {
            setArguments(handle);
            return prepared;
        } catch (RuntimeException | Error e) {
            prepared.close();
            throw e;
        }
    }

    /** A kernel object whose arguments are set. */
    record Prepared(long handle, long[] global, long[] local, Handles handles) {
        void enqueue(long queue) {
            if (global.length > 0) {
                OpenClNative.enqueue(queue, handle, global, local);
            }
        }

        void close() {
            OpenClNative.releaseKernel(handle);
            handles.released();
        }
    }
}
