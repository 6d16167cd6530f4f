package dev.tenon.collectives;

import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.Rendezvous;
import dev.tenon.comm.World;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The suite with ranks that are threads, over what threads share and over the file that processes share. */
class ThreadConformanceTest {
    private static final List<Integer> RANKS = List.of(1, 2, 3, 4, 8);
    static final CommunicatorOptions OPTIONS = CommunicatorOptions.DEFAULT.withTimeout(Duration.ofSeconds(60));

    @TestFactory
    Stream<DynamicTest> threads() {
        return suites("threads", RANKS, ranks -> Communicators.ofThreads(ranks, OPTIONS));
    }

    @TestFactory
    Stream<DynamicTest> threadsThatCheckCalls() {
        return suites("checked", List.of(1, 3), ranks -> Communicators.ofThreads(ranks, OPTIONS.checking()));
    }

    @TestFactory
    Stream<DynamicTest> sharedFile() {
        return suites("file", RANKS, ThreadConformanceTest::overFile);
    }

    @TestFactory
    Stream<DynamicTest> tcp() {
        return suites("tcp", RANKS, ranks -> overTcp(ranks, OPTIONS));
    }

    /** As ranks of several hosts meet, but over the loopback. */
    static List<Communicator> overTcp(int ranks, CommunicatorOptions options) throws Exception {
        Rendezvous place = new Rendezvous("127.0.0.1", Ports.free());
        String job = UUID.randomUUID().toString();
        return ThreadRanks.together(
                ranks,
                rank -> Communicators.open(
                        new World(rank, ranks, 0, 1, job, World.Launcher.TORCHRUN, Optional.of(place)),
                        "test",
                        options.withTransport("tcp")));
    }

    /** With slots that are written past the caches, wherever the threads' cores are. */
    @TestFactory
    Stream<DynamicTest> sharedFileFromFar() {
        return suites("far file", List.of(2, 3), ranks -> fromFar(() -> overFile(ranks)));
    }

    @TestFactory
    Stream<DynamicTest> threadsFromFar() {
        return suites("far threads", List.of(2, 3), ranks -> fromFar(() -> Communicators.ofThreads(ranks, OPTIONS)));
    }

    private static List<Communicator> fromFar(Callable<List<Communicator>> opener) throws Exception {
        System.setProperty("tenon.collectives.distance", "far");
        try {
            return opener.call();
        } finally {
            System.clearProperty("tenon.collectives.distance");
        }
    }

    /** As processes meet, but within this one. */
    static List<Communicator> overFile(int ranks) throws Exception {
        return overFile(ranks, UUID.randomUUID().toString(), OPTIONS.withTransport("shm"));
    }

    static List<Communicator> overFile(int ranks, String job, CommunicatorOptions options) throws Exception {
        return ThreadRanks.together(
                ranks,
                rank -> Communicators.open(
                        new World(rank, ranks, rank, ranks, job, World.Launcher.TENON), "test", options));
    }

    private interface Opener {
        List<Communicator> open(int ranks) throws Exception;
    }

    private static Stream<DynamicTest> suites(String transport, List<Integer> counts, Opener opener) {
        return counts.stream()
                .flatMap(ranks -> CollectiveSuite.cases().entrySet().stream()
                        .map(each ->
                                DynamicTest.dynamicTest(transport + ", " + ranks + " ranks, " + each.getKey(), () -> {
                                    Device device = Tenon.shared().device("cpu");
                                    List<Communicator> open = opener.open(ranks);
                                    ThreadRanks.run(
                                            open, rank -> each.getValue().accept(new CollectiveSuite(rank, device)));
                                    open.forEach(Communicator::close);
                                })));
    }
}
