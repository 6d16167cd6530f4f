package dev.tenon.collectives;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.World;
import dev.tenon.error.CommunicatorException;
import dev.tenon.op.ReduceKind;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** One rank as a process of its own, placed by its launcher's variables. Says on standard output how it went. */
final class RankMain {
    /** The process's status when another rank failed, and it was told so. */
    static final int TOLD = 3;

    private RankMain() {}

    /** {@code MODE [TRANSPORT [TIMEOUT_MS]]} */
    public static void main(String[] arguments) {
        CommunicatorOptions options = CommunicatorOptions.DEFAULT;
        if (arguments.length > 1 && !arguments[1].equals("any")) {
            options = options.withTransport(arguments[1]);
        }
        options = options.withTimeout(Duration.ofMillis(arguments.length > 2 ? Long.parseLong(arguments[2]) : 60_000));
        try {
            World world = World.of(System.getenv());
            say("meets " + world.launcher());
            try (Communicator ranks = Communicators.open(world, "test", options)) {
                say("met " + ranks);
                run(arguments[0], ranks);
            }
            say("done");
        } catch (CommunicatorException e) {
            say("told " + e.getClass().getSimpleName() + " " + e.getMessage());
            System.exit(TOLD);
        }
    }

    private static void run(String mode, Communicator ranks) {
        Device device = Tenon.shared().device("cpu");
        switch (mode) {
            case "suite" -> suite(ranks, device);
            case "work" -> work(ranks, device);
            case "late" -> late(ranks, device);
            case "abort" -> abort(ranks, device);
            case "once" -> sum(ranks, device, 1000, 1);
            default -> throw new IllegalArgumentException(mode);
        }
    }

    private static void suite(Communicator ranks, Device device) {
        CollectiveSuite suite = new CollectiveSuite(ranks, device);
        for (Map.Entry<String, Consumer<CollectiveSuite>> each :
                CollectiveSuite.cases().entrySet()) {
            try {
                each.getValue().accept(suite);
            } catch (Throwable e) {
                e.printStackTrace();
                say("failed " + each.getKey() + ": " + e);
                ranks.abort("failed its case " + each.getKey());
                System.exit(1);
            }
        }
        say("passed " + CollectiveSuite.cases().size() + " cases");
    }

    /** Collectives without end, of all sizes: to be killed. */
    private static void work(Communicator ranks, Device device) {
        for (int i = 0; ; i++) {
            sum(ranks, device, i % 3 == 0 ? 400_000 : i % 3 == 1 ? 1 : 9_000, i);
            if (i % 7 == 0) {
                ranks.barrier();
            }
        }
    }

    private static void abort(Communicator ranks, Device device) {
        sum(ranks, device, 10, 1);
        if (ranks.rank() == 1) {
            pause(300);
            ranks.abort("out of data");
            // Time for the message, before mpirun sees this rank's end and ends the others.
            pause(2_000);
        }
        sum(ranks, device, 10, 1);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void late(Communicator ranks, Device device) {
        if (ranks.rank() == ranks.size() - 1) {
            pause(5_000);
        }
        sum(ranks, device, 100_000, 2);
    }

    private static void sum(Communicator ranks, Device device, long n, int value) {
        try (Tensor data = Tensor.full(device, DType.I32, ranks.rank() + value, n)) {
            ranks.allReduce(ReduceKind.SUM, data);
            long size = ranks.size();
            long expected = size * (size - 1) / 2 + size * value;
            if (data.slice(0, n - 1, n).item() != expected) {
                say("failed: a wrong sum");
                System.exit(1);
            }
        }
    }

    private static void say(String text) {
        System.out.println(text);
        System.out.flush();
    }
}
