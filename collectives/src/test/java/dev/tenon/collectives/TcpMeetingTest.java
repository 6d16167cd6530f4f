package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.Rendezvous;
import dev.tenon.comm.World;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How ranks find each other at MASTER_ADDR and MASTER_PORT, and what else they may find there. */
class TcpMeetingTest {
    private static final CommunicatorOptions LONG =
            CommunicatorOptions.DEFAULT.withTransport("tcp").withTimeout(Duration.ofSeconds(60));
    private static final CommunicatorOptions SHORT = LONG.withTimeout(Duration.ofMillis(700));

    private Rendezvous place = new Rendezvous("127.0.0.1", 1);

    @BeforeEach
    void choosePlace() throws IOException {
        place = new Rendezvous("127.0.0.1", Ports.free());
    }

    private World world(int rank, int size, String job) {
        return new World(rank, size, 0, 1, job, World.Launcher.TORCHRUN, Optional.of(place));
    }

    private static Object outcome(World world, String name, CommunicatorOptions options) {
        try {
            return Communicators.open(world, name, options);
        } catch (CommunicatorException e) {
            return e;
        }
    }

    private static void requireMessage(Object outcome, String part) {
        CommunicatorException failure = assertInstanceOf(CommunicatorException.class, outcome);
        assertTrue(failure.getMessage().contains(part), failure.toString());
    }

    @Test
    void onLoopbackNobodyElseIsListenedTo() throws Exception {
        List<Object> ends = ThreadRanks.together(2, rank -> outcome(world(rank, 2, "job"), "test", LONG));
        List<Communicator> ranks = ends.stream().map(Communicator.class::cast).toList();
        ThreadRanks.run(ranks, Communicator::barrier);
        assertEquals("TCP", ranks.get(0).transport());
        ranks.forEach(Communicator::close);
        // Nothing listens there any more.
        assertThrows(IOException.class, () -> new Socket(place.host(), place.port()).close());
    }

    @Test
    void severalCommunicatorsMeetAtOnePlace() throws Exception {
        List<Object> ends =
                ThreadRanks.together(6, i -> outcome(world(i % 3, 3, "job"), i < 3 ? "first" : "second", LONG));
        List<Communicator> ranks = ends.stream().map(Communicator.class::cast).toList();
        ThreadRanks.run(ranks, Communicator::barrier);
        ranks.forEach(Communicator::close);
    }

    @Test
    void anotherJobIsToldSo() throws Exception {
        List<Object> ends = ThreadRanks.together(3, i -> {
            if (i == 2) {
                return outcome(world(1, 2, "other"), "test", LONG);
            }
            pause(i == 1 ? 1500 : 0);
            return outcome(world(i, 2, "job"), "test", LONG);
        });
        requireMessage(ends.get(2), "this is rank 0 of another job");
        // Whom it belongs to meets there none the less.
        ((Communicator) ends.get(0)).close();
        ((Communicator) ends.get(1)).close();
    }

    @Test
    void aJobOfAnotherSizeIsToldSo() throws Exception {
        List<Object> ends = ThreadRanks.together(2, i -> outcome(world(i, 2 + i, "job"), "test", LONG));
        requireMessage(ends.get(0), "rank 1 of 3 ranks came to a meeting of 2");
        requireMessage(ends.get(1), "rank 1 of 3 ranks came to a meeting of 2");
    }

    @Test
    void aRankThatIsThereTwiceIsToldSo() throws Exception {
        List<Object> ends = ThreadRanks.together(4, i -> {
            // The last comes when both of the same number have.
            pause(i == 3 ? 1500 : 0);
            return outcome(world(i == 0 ? 0 : i == 3 ? 2 : 1, 3, "job"), "test", LONG);
        });
        Object refused = ends.get(1) instanceof Communicator ? ends.get(2) : ends.get(1);
        requireMessage(refused, "another process is rank 1 of this job already");
        ends.stream()
                .filter(Communicator.class::isInstance)
                .map(Communicator.class::cast)
                .forEach(Communicator::close);
    }

    @Test
    void whoDoesNotComeIsNamed() throws Exception {
        List<Object> ends = ThreadRanks.together(2, i -> outcome(world(i, 4, "job"), "test", i == 0 ? SHORT : LONG));
        assertEquals(
                List.of(2, 3),
                assertInstanceOf(CollectiveTimeoutException.class, ends.get(0)).missing());
        requireMessage(ends.get(1), "ranks [2, 3]");
        CollectiveTimeoutException alone =
                assertInstanceOf(CollectiveTimeoutException.class, outcome(world(1, 2, "job"), "test", SHORT));
        assertEquals(List.of(0), alone.missing());
        assertTrue(alone.getSuppressed()[0].getMessage().contains(place.toString()), alone.toString());
    }

    @Test
    void aPlaceThatIsTakenIsAReason() throws Exception {
        try (ServerSocket taken = new ServerSocket(place.port(), 10, InetAddress.getLoopbackAddress())) {
            requireMessage(outcome(world(0, 2, "job"), "test", SHORT), "rank 0 cannot listen at " + place);
            Thread.ofVirtual().start(() -> answer(taken));
            requireMessage(outcome(world(1, 2, "job"), "test", LONG), "is no rank 0 of Tenon's");
        }
    }

    private static void answer(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
            socket.getOutputStream().flush();
            pause(2_000);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Scanners and health checks. */
    @Test
    void whatIsNoRankIsPassedOver() throws Exception {
        List<Object> ends = ThreadRanks.together(3, i -> {
            if (i < 2) {
                pause(i == 1 ? 700 : 0);
                return outcome(world(i, 2, "job"), "test", LONG);
            }
            for (int tries = 0; tries < 20; tries++) {
                try (Socket socket = new Socket(place.host(), place.port())) {
                    socket.getOutputStream()
                            .write("GET / HTTP/1.1\r\nHost: here and much more than 64 bytes\r\n\r\n".getBytes());
                } catch (IOException notYet) {
                    pause(20);
                }
            }
            return "";
        });
        ((Communicator) ends.get(0)).close();
        ((Communicator) ends.get(1)).close();
    }

    @Test
    void withoutAPlaceThereIsAReason() {
        World world = new World(0, 2, 0, 1, "job", World.Launcher.KUBERNETES);
        requireMessage(outcome(world, "test", CommunicatorOptions.DEFAULT), "MASTER_ADDR");
        requireMessage(outcome(world, "test", LONG), "MASTER_ADDR");
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
