package dev.tenon.collectives.tcp;

import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;

/**
 * Moves several transfers at once, each as fast as it goes: first it tries again and again, then it waits for the system to say
 * that a connection is ready. One thread at a time.
 */
final class TcpEngine {
    /** Tries before it waits. */
    private static final int SPINS = 200;

    private static final long LOOK_MILLIS = 20;

    private final TcpControl control;
    private final Duration timeout;
    private final int self;
    private final Selector selector;

    TcpEngine(TcpControl control, Duration timeout, int self) {
        this.control = control;
        this.timeout = timeout;
        this.self = self;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new CommunicatorException("cannot wait for connections", e);
        }
    }

    /**
     * Returns when all are done.
     *
     * @param op what to say that was waited in
     */
    void run(String op, List<Transfer> transfers) {
        long progress = System.nanoTime();
        int spins = 0;
        while (true) {
            boolean moved = false;
            boolean done = true;
            for (Transfer each : transfers) {
                if (!each.isDone()) {
                    moved |= move(op, each);
                    done &= each.isDone();
                }
            }
            if (done) {
                return;
            }
            if (moved) {
                progress = System.nanoTime();
                spins = 0;
            } else if (spins < SPINS) {
                spins++;
                Thread.yield();
            } else {
                await(op, transfers);
                control.requireSound(op);
                if (System.nanoTime() - progress > timeout.toNanos()) {
                    throw late(op, transfers);
                }
            }
        }
    }

    private boolean move(String op, Transfer transfer) {
        try {
            return transfer.move();
        } catch (ClosedChannelException e) {
            control.requireSound(op);
            throw new CommunicatorException(op + ": the communicator was closed meanwhile", e);
        } catch (IOException e) {
            throw control.explain(op, transfer.peer());
        }
    }

    private void await(String op, List<Transfer> transfers) {
        try {
            for (Transfer each : transfers) {
                each.channel().register(selector, 0);
            }
            // Also those of earlier calls, which this one does not wait for.
            selector.keys().forEach(key -> key.interestOps(0));
            for (Transfer each : transfers) {
                SelectionKey key = each.channel().keyFor(selector);
                key.interestOps(key.interestOps() | each.interest());
            }
            selector.select(key -> {}, LOOK_MILLIS);
        } catch (ClosedChannelException | ClosedSelectorException | CancelledKeyException e) {
            control.requireSound(op);
            throw new CommunicatorException(op + ": the communicator was closed meanwhile", e);
        } catch (IOException e) {
            throw new CommunicatorException(op + ": cannot wait for connections", e);
        }
    }

    private CollectiveTimeoutException late(String op, List<Transfer> transfers) {
        List<Integer> missing = transfers.stream()
                .filter(each -> !each.isDone())
                .map(Transfer::peer)
                .distinct()
                .sorted()
                .toList();
        control.fail(
                missing.getFirst(),
                "did not come to " + op + " within " + timeout.toMillis() + " ms, says rank " + self);
        return new CollectiveTimeoutException(op, missing, timeout);
    }

    void close() {
        Sockets.close(selector);
    }
}
