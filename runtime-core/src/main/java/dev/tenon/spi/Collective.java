package dev.tenon.spi;

import dev.tenon.op.ReduceKind;
import java.util.Optional;

/** What ranks do together, apart from with which data. */
public sealed interface Collective {
    record AllReduce(ReduceKind kind) implements Collective {}

    record ReduceScatter(ReduceKind kind) implements Collective {}

    record Reduce(ReduceKind kind, int root) implements Collective {}

    record AllGather() implements Collective {}

    record AllToAll() implements Collective {}

    /** In place: reads and writes {@code out}. */
    record Broadcast(int root) implements Collective {}

    record Send(int to) implements Collective {}

    record Receive(int from) implements Collective {}

    /** The communicator's method. */
    default String op() {
        return switch (this) {
            case AllReduce _ -> "allReduce";
            case ReduceScatter _ -> "reduceScatter";
            case Reduce _ -> "reduce";
            case AllGather _ -> "allGather";
            case AllToAll _ -> "allToAll";
            case Broadcast _ -> "broadcast";
            case Send _ -> "send";
            case Receive _ -> "receive";
        };
    }

    /** How it combines what ranks give; empty where it only moves that. */
    default Optional<ReduceKind> reduction() {
        return switch (this) {
            case AllReduce c -> Optional.of(c.kind());
            case ReduceScatter c -> Optional.of(c.kind());
            case Reduce c -> Optional.of(c.kind());
            case AllGather _, AllToAll _, Broadcast _, Send _, Receive _ -> Optional.empty();
        };
    }

    /** Whether one rank sends to one other, which is no business of the rest. */
    default boolean isMessage() {
        return this instanceof Send || this instanceof Receive;
    }
}
