package dev.tenon.collectives.device;

import dev.tenon.Tensor;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;
import dev.tenon.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Messages between devices: the sender says where it is, the receiver copies it. */
final class CopyMessages {
    private static final long LOOK_MILLIS = 5;

    private final CopyGroup group;
    private final Transport control;
    private final BackendStream stream;
    private final Duration timeout;

    CopyMessages(CopyGroup group, Transport control, BackendStream stream, Duration timeout) {
        this.group = group;
        this.control = control;
        this.stream = stream;
        this.timeout = timeout;
    }

    /** The answer is passed when the receiver has it. */
    StreamEvent send(int to, Tensor data, List<StreamEvent> after) {
        after.forEach(stream::waitFor);
        Mail mail = new Mail(data, stream, stream.record(), new CompletableFuture<>());
        group.mail(control.rank(), to).add(mail);
        return new Sent(mail, to);
    }

    StreamEvent receive(int from, Tensor data, List<StreamEvent> after) {
        Mail mail = await(from);
        if (!mail.data().spec().equals(data.spec())) {
            String problem =
                    "sent " + mail.data().spec() + " to rank " + control.rank() + ", which wants " + data.spec();
            throw new CommunicatorException("receive: rank " + from + " " + problem);
        }
        after.forEach(stream::waitFor);
        if (DeviceMoves.sameDevice(mail.data(), data)) {
            stream.waitFor(mail.ready());
        }
        DeviceMoves.copy(mail.stream(), mail.data(), stream, data);
        StreamEvent done = stream.record();
        mail.taken().complete(done);
        return done;
    }

    private Mail await(int from) {
        BlockingQueue<Mail> box = group.mail(from, control.rank());
        long start = System.nanoTime();
        try {
            while (true) {
                Mail mail = box.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (mail != null) {
                    return mail;
                }
                look("receive", from, start);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommunicatorException("receive: interrupted while it waited for rank " + from, e);
        }
    }

    private void look(String op, int peer, long start) {
        control.requireSound(op);
        if (System.nanoTime() - start > timeout.toNanos()) {
            control.abort("waited " + timeout.toMillis() + " ms in " + op + " for rank " + peer);
            throw new CollectiveTimeoutException(op, List.of(peer), timeout);
        }
    }

    /** When a message was read. */
    private final class Sent implements StreamEvent {
        private final Mail mail;
        private final int to;

        Sent(Mail mail, int to) {
            this.mail = mail;
            this.to = to;
        }

        @Override
        public boolean isDone() {
            StreamEvent read = mail.taken().getNow(null);
            return read != null && read.isDone();
        }

        @Override
        public void synchronize() {
            long start = System.nanoTime();
            @Nullable StreamEvent read = null;
            while (read == null) {
                try {
                    read = mail.taken().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    look("send", to, start);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new CommunicatorException("send: interrupted while it waited for rank " + to, e);
                } catch (ExecutionException e) {
                    throw new AssertionError("it is only ever completed", e);
                }
            }
            read.synchronize();
        }
    }
}
