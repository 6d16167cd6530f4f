package dev.tenon.comm;

import dev.tenon.DType;
import dev.tenon.spi.Collective;
import dev.tenon.spi.Transport;
import java.lang.foreign.MemorySegment;

/** Collectives over host memory, by a transport's calls. */
final class HostCollectives {
    private HostCollectives() {}

    /** Returns when this rank's part is done. What a collective does not read or write is empty. */
    static void run(Transport transport, Collective what, DType type, MemorySegment in, MemorySegment out) {
        switch (what) {
            case Collective.AllReduce c -> transport.allReduce(c.kind(), type, in, out);
            case Collective.ReduceScatter c -> transport.reduceScatter(c.kind(), type, in, out);
            case Collective.Reduce c -> transport.reduce(c.kind(), type, in, out, c.root());
            case Collective.AllGather _ -> transport.allGather(in, out);
            case Collective.AllToAll _ -> transport.allToAll(in, out);
            case Collective.Broadcast c -> transport.broadcast(out, c.root());
            case Collective.Send c -> transport.send(in, c.to());
            case Collective.Receive c -> transport.receive(out, c.from());
        }
    }
}
