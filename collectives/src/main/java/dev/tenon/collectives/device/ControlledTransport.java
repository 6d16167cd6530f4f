package dev.tenon.collectives.device;

import dev.tenon.DType;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.DeviceTransport;
import dev.tenon.spi.Transport;
import java.lang.foreign.MemorySegment;

/** Passes what concerns host memory on to another transport, which connects the same ranks. */
public abstract class ControlledTransport implements DeviceTransport {
    private final Transport control;

    /** @param control is closed with this one */
    protected ControlledTransport(Transport control) {
        this.control = control;
    }

    protected final Transport control() {
        return control;
    }

    @Override
    public final int rank() {
        return control.rank();
    }

    @Override
    public final int size() {
        return control.size();
    }

    @Override
    public void allReduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out) {
        control.allReduce(kind, type, in, out);
    }

    @Override
    public void reduceScatter(ReduceKind kind, DType type, MemorySegment in, MemorySegment out) {
        control.reduceScatter(kind, type, in, out);
    }

    @Override
    public void reduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out, int root) {
        control.reduce(kind, type, in, out, root);
    }

    @Override
    public void allGather(MemorySegment in, MemorySegment out) {
        control.allGather(in, out);
    }

    @Override
    public void allToAll(MemorySegment in, MemorySegment out) {
        control.allToAll(in, out);
    }

    @Override
    public void broadcast(MemorySegment data, int root) {
        control.broadcast(data, root);
    }

    @Override
    public void barrier() {
        control.barrier();
    }

    @Override
    public void send(MemorySegment data, int to) {
        control.send(data, to);
    }

    @Override
    public void receive(MemorySegment data, int from) {
        control.receive(data, from);
    }

    @Override
    public void requireSound(String op) {
        control.requireSound(op);
    }

    @Override
    public void abort(String reason) {
        control.abort(reason);
    }

    @Override
    public void close() {
        control.close();
    }
}
