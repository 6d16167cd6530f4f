package dev.tenon.collectives.device;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.TenonException;
import dev.tenon.op.Copy;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.Collective;
import dev.tenon.spi.StreamEvent;
import dev.tenon.spi.Transport;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rank of devices of this process, which copy to each other directly. The ranks' threads meet to tell each other where their
 * tensors are; what they then queue the devices do without them.
 */
final class CopyTransport extends ControlledTransport {
    private final CopyGroup group;
    private final BackendDevice device;
    private final Duration timeout;
    private final BackendStream collectives;
    private final BackendStream messages;
    private final CopyMessages mail;
    private int splits;
    private boolean closed;

    CopyTransport(Transport control, CopyGroup group, BackendDevice device, Duration timeout) {
        super(control);
        this.group = group;
        this.device = device;
        this.timeout = timeout;
        this.collectives = device.openStream();
        this.messages = device.openStream();
        this.mail = new CopyMessages(group, control, messages, timeout);
    }

    @Override
    public String description() {
        return "copies between devices, and " + control().description() + " for host memory";
    }

    /** The operator for ranks of one device has no mean of integers, and copies none of quantized blocks' parts. */
    @Override
    public boolean takes(Collective what, DType type, BackendDevice on) {
        boolean defined = what.reduction()
                .map(kind -> type.isFloat() || kind != ReduceKind.MEAN)
                .orElse(true);
        return defined && !type.isQuantized() && on == device;
    }

    @Override
    public StreamEvent start(Collective what, @Nullable Tensor in, @Nullable Tensor out, List<StreamEvent> after) {
        String op = what.op();
        requireSound(op);
        Tensor from = in == null ? null : DeviceMoves.vector(in);
        Tensor to = out == null ? null : DeviceMoves.vector(out);
        try {
            if (what instanceof Collective.Send send && from != null) {
                return mail.send(send.to(), from, after);
            }
            if (what instanceof Collective.Receive receive && to != null) {
                return mail.receive(receive.from(), to, after);
            }
            return collective(what, from, to, after);
        } catch (InvalidArgumentException | CollectiveTimeoutException e) {
            throw e;
        } catch (TenonException e) {
            // Others must not wait for what this rank will not do. A failure of theirs is known to them.
            control().abort(op + ": " + e.getMessage());
            throw e;
        }
    }

    private StreamEvent collective(
            Collective what, @Nullable Tensor in, @Nullable Tensor out, List<StreamEvent> after) {
        CopyCollectives mine = new CopyCollectives(group, rank(), collectives);
        @Nullable Tensor aside = null;
        try {
            after.forEach(collectives::waitFor);
            if (what instanceof Collective.AllToAll && in != null && out != null && DeviceMoves.sameMemory(in, out)) {
                // Others read shares while this rank writes others.
                aside = Tensor.empty(in.device(), in.dtype(), in.shape());
                collectives.execute(new Copy(in, aside));
            }
            return collective(mine, what, aside == null ? in : aside, out);
        } finally {
            mine.close();
            if (aside != null) {
                aside.close();
            }
        }
    }

    private StreamEvent collective(CopyCollectives mine, Collective what, @Nullable Tensor in, @Nullable Tensor out) {
        post(in, out);
        control().barrier();
        @Nullable Tensor result = null;
        switch (what) {
            case Collective.AllReduce c -> mine.reduceToAll(c.kind());
            case Collective.ReduceScatter c -> mine.reduceScatter(c.kind());
            case Collective.Reduce c -> result = mine.reduceToOne(c.kind(), c.root());
            case Collective.AllGather _ -> mine.allGather();
            case Collective.AllToAll _ -> mine.allToAll();
            case Collective.Broadcast c -> mine.broadcast(c.root());
            case Collective.Send _, Collective.Receive _ -> throw new AssertionError(what + " is no collective");
        }
        control().barrier();
        switch (what) {
            case Collective.AllReduce _ -> {
                post(in, out);
                control().barrier();
                followOthers();
                mine.collectAll();
            }
            case Collective.Reduce c -> {
                post(result, null);
                control().barrier();
                followOthers();
                if (c.root() == rank() && out != null) {
                    mine.collectResults(out);
                }
            }
            case Collective.ReduceScatter _,
                    Collective.AllGather _,
                    Collective.AllToAll _,
                    Collective.Broadcast _,
                    Collective.Send _,
                    Collective.Receive _ -> {
                post(in, out);
                control().barrier();
                followOthers();
            }
        }
        control().barrier();
        return collectives.record();
    }

    private void post(@Nullable Tensor in, @Nullable Tensor out) {
        group.post(rank(), new CopyGroup.Posted(in, out, collectives, collectives.record(), device));
    }

    /** What others of this device do in this rank's memory is done before what comes now. Copies see to that themselves. */
    private void followOthers() {
        for (int r = 0; r < group.ranks(); r++) {
            CopyGroup.Posted other = group.posted(r);
            if (r != rank() && other.device() == device) {
                collectives.waitFor(other.ready());
            }
        }
    }

    @Override
    public Transport split(int colour) {
        requireSound("split");
        Transport part = control().split(colour);
        CopyGroup split = group.split(splits++ + "." + colour, part.size());
        return new CopyTransport(part, split, device, timeout);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            collectives.close();
            messages.close();
        } finally {
            super.close();
        }
    }
}
