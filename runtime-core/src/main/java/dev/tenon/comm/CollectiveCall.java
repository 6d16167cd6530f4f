package dev.tenon.comm;

import dev.tenon.Tensor;
import dev.tenon.spi.Collective;
import dev.tenon.spi.DeviceTransport;
import dev.tenon.spi.StreamEvent;
import dev.tenon.spi.Transport;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call with its tensors, which it holds from the moment it is made until it has run. */
final class CollectiveCall implements Lane.Call {
    private final Communicator communicator;
    private final Transport transport;
    private final Collective what;
    private final @Nullable CallData in;
    private final @Nullable CallData out;
    private final @Nullable Tensor copied;
    /** Where it runs on the tensors' device; null: on the host. */
    private final @Nullable DeviceTransport onDevice;

    /**
     * @param in read; may be of any layout, then a copy is made; null: nothing
     * @param out written; contiguous; null: nothing
     */
    CollectiveCall(
            Communicator communicator,
            Transport transport,
            Collective what,
            @Nullable Tensor in,
            @Nullable Tensor out) {
        this.communicator = communicator;
        this.transport = transport;
        this.what = what;
        if (out != null) {
            CollectiveCheck.contiguous(what.op(), out);
        }
        Tensor source = in == null || in.layout().isContiguous() ? in : in.copy();
        this.copied = source == in ? null : source;
        this.in = source == null ? null : new CallData(what.op(), source);
        this.out = hold(what.op(), out, this.in);
        this.onDevice =
                transport instanceof DeviceTransport devices && staysOnDevice(devices, what, in, out) ? devices : null;
    }

    private static boolean staysOnDevice(
            DeviceTransport transport, Collective what, @Nullable Tensor in, @Nullable Tensor out) {
        Tensor one = in != null ? in : out;
        return one != null
                && (out == null || out.device() == one.device())
                && transport.takes(what, one.dtype(), one.device().backend());
    }

    private static @Nullable CallData hold(String op, @Nullable Tensor out, @Nullable CallData in) {
        @Nullable CallData held = null;
        try {
            held = out == null ? null : new CallData(op, out);
            if (in != null && held != null) {
                CallData.requireNoOverlap(op, in, held);
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
    public @Nullable Runnable start() {
        StreamEvent done;
        boolean begun = false;
        try {
            if (!what.isMessage()) {
                communicator.agree(this::describe);
            }
            if (onDevice == null) {
                runOnHost();
                return null;
            }
            done = startOnDevice(onDevice);
            begun = true;
        } finally {
            if (!begun) {
                release();
            }
        }
        return () -> {
            try {
                done.synchronize();
            } finally {
                release();
            }
        };
    }

    private void runOnHost() {
        MemorySegment read = in == null ? MemorySegment.NULL : in.open(true);
        MemorySegment written = out == null ? MemorySegment.NULL : out.open(what instanceof Collective.Broadcast);
        HostCollectives.run(transport, what, one().dtype(), read, written);
        if (out != null) {
            out.commit();
        }
    }

    private StreamEvent startOnDevice(DeviceTransport devices) {
        List<StreamEvent> after = new ArrayList<>();
        if (in != null) {
            after.add(in.written());
        }
        if (out != null) {
            after.add(out.written());
        }
        return devices.start(what, in == null ? null : in.tensor(), out == null ? null : out.tensor(), after);
    }

    private Tensor one() {
        CallData data = in != null ? in : out;
        if (data == null) {
            throw new AssertionError(what + " without tensors");
        }
        return data.tensor();
    }

    /** What all ranks must agree on. */
    private String describe() {
        String root = switch (what) {
            case Collective.Reduce c -> " root " + c.root();
            case Collective.Broadcast c -> " root " + c.root();
            case Collective.AllReduce _,
                    Collective.ReduceScatter _,
                    Collective.AllGather _,
                    Collective.AllToAll _,
                    Collective.Send _,
                    Collective.Receive _ -> "";
        };
        return what.op()
                + what.reduction().map(kind -> " " + kind).orElse("")
                + " " + one().spec() + root + (onDevice == null ? "" : " on devices");
    }

    /** Also for a call that will not run. */
    @Override
    public void release() {
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
