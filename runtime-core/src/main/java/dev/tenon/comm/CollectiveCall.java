package dev.tenon.comm;

import dev.tenon.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One call with its tensors, which it holds from the moment it is made until it has run. */
final class CollectiveCall implements Runnable {
    private final Communicator communicator;
    private final @Nullable Supplier<String> description;
    private final @Nullable HostData in;
    private final @Nullable HostData out;
    private final @Nullable Tensor copied;
    private final BiConsumer<MemorySegment, MemorySegment> body;
    private final boolean inPlace;

    /**
     * @param description what all ranks must agree on; null where they need not (send, receive)
     * @param in read; may be of any layout, then a copy is made; null: nothing
     * @param out written; contiguous; null: nothing
     * @param inPlace {@code out} is read too, and there is no {@code in}
     */
    CollectiveCall(
            Communicator communicator,
            String op,
            @Nullable Supplier<String> description,
            @Nullable Tensor in,
            @Nullable Tensor out,
            boolean inPlace,
            BiConsumer<MemorySegment, MemorySegment> body) {
        this.communicator = communicator;
        this.description = description;
        this.body = body;
        this.inPlace = inPlace;
        if (out != null) {
            CollectiveCheck.contiguous(op, out);
        }
        Tensor source = in == null || in.layout().isContiguous() ? in : in.copy();
        this.copied = source == in ? null : source;
        this.in = source == null ? null : new HostData(op, source);
        this.out = hold(op, out, this.in);
    }

    private static @Nullable HostData hold(String op, @Nullable Tensor out, @Nullable HostData in) {
        @Nullable HostData held = null;
        try {
            held = out == null ? null : new HostData(op, out);
            if (in != null && held != null) {
                HostData.requireNoOverlap(op, in, held);
            }
            return held;
        } catch (RuntimeException | Error e) {
            if (in != null) {
                in.close();
            }
            if (held != null) {
                held.close();
            }
            throw e;
        }
    }

    @Override
    public void run() {
        try {
            if (description != null) {
                communicator.agree(description);
            }
            MemorySegment read = in == null ? MemorySegment.NULL : in.open(true);
            MemorySegment written = out == null ? MemorySegment.NULL : out.open(inPlace);
            body.accept(inPlace ? written : read, written);
            if (out != null) {
                out.commit();
            }
        } finally {
            release();
        }
    }

    /** Also for a call that will not run. */
    void release() {
        if (in != null) {
            in.close();
        }
        if (out != null) {
            out.close();
        }
        if (copied != null) {
            copied.close();
        }
    }
}
