package dev.tenon.collectives.tcp;

import dev.tenon.comm.Rendezvous;
import dev.tenon.comm.World;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings ranks of several hosts together: rank 0 listens at the rendezvous, every other says there who it is and where it
 * listens, and once all have come, each is told where all others do. Nothing listens at the rendezvous afterwards.
 */
final class TcpMeeting {
    static final String OP = "join";
    static final byte WELCOME = 1;
    static final byte REFUSED = 2;
    /** Rank 0 is meeting for another communicator just now. */
    static final byte LATER = 3;

    private static final int CONNECT_MILLIS = 5_000;
    private static final long PAUSE_NANOS = 50_000_000;

    private final World world;
    private final Rendezvous place;
    private final String job;
    private final String group;
    private final Deadline deadline;
    private final TcpListener listener;

    private TcpMeeting(World world, String name, Duration timeout, TcpListener listener) {
        this.world = world;
        this.place = world.rendezvous().orElseThrow(() -> new CommunicatorException("there is no place to meet"));
        this.job = Hello.name(world.job());
        this.group = Hello.name(name);
        this.deadline = new Deadline(timeout);
        this.listener = listener;
    }

    /**
     * @param name tells communicators of one job apart
     * @throws CommunicatorException if ranks do not come in time, or what is met there is another job
     */
    static TcpPeers join(World world, String name, Duration timeout) {
        Rendezvous place = world.rendezvous().orElseThrow(() -> new CommunicatorException("there is no place to meet"));
        TcpListener listener;
        try {
            listener = new TcpListener(place);
        } catch (IOException e) {
            throw new CommunicatorException("cannot listen for other ranks: " + e.getMessage(), e);
        }
        boolean met = false;
        try {
            TcpMeeting meeting = new TcpMeeting(world, name, timeout, listener);
            TcpPeers peers = world.rank() == 0 ? meeting.lead() : meeting.follow();
            met = true;
            return peers;
        } catch (IOException e) {
            throw new CommunicatorException("rank " + world.rank() + " cannot meet the others at " + place, e);
        } finally {
            if (!met) {
                listener.close();
            }
        }
    }

    private TcpPeers lead() throws IOException {
        if (world.size() == 1) {
            return new TcpPeers(job, 1, List.of(new InetSocketAddress(place.host(), listener.port())), listener);
        }
        try (ServerSocketChannel server = listen()) {
            TcpWelcome welcome = new TcpWelcome(world, job, group, deadline);
            welcome.gather(server, listener.port());
            return new TcpPeers(job, welcome.token(), welcome.addresses(), listener);
        }
    }

    /** Another communicator of this job may be meeting there, which does not take long. */
    private ServerSocketChannel listen() throws IOException {
        Deadline patience = new Deadline(Duration.ofMillis(deadline.millis(10_000)));
        while (true) {
            ServerSocketChannel server = ServerSocketChannel.open();
            try {
                return server.bind(TcpAddress.listenAt(place, place.port()), 1024);
            } catch (BindException e) {
                Sockets.close(server);
                if (patience.isOver()) {
                    throw new CommunicatorException(
                            "rank 0 cannot listen at " + place + " (" + e.getMessage()
                                    + "): something else does, or this is not that host; MASTER_ADDR and MASTER_PORT name"
                                    + " another place",
                            e);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private TcpPeers follow() throws IOException {
        String last = "it was not tried";
        while (!deadline.isOver()) {
            try (Socket socket = new Socket()) {
                InetSocketAddress to = new InetSocketAddress(place.host(), place.port());
                if (to.isUnresolved()) {
                    throw new UnknownHostException("there is no host " + place.host());
                }
                socket.connect(to, deadline.millis(CONNECT_MILLIS));
                new Hello(job, group, world.rank(), world.size(), listener.port(), 0).write(socket.getOutputStream());
                socket.setSoTimeout(deadline.millis(Integer.MAX_VALUE));
                DataInputStream in = new DataInputStream(socket.getInputStream());
                byte answer = in.readByte();
                switch (answer) {
                    case WELCOME -> {
                        return read(in, to);
                    }
                    case REFUSED -> throw new CommunicatorException("at " + place + ": " + in.readUTF());
                    case LATER -> last = "rank 0 is meeting for another communicator of the job";
                    default -> throw new CommunicatorException("what listens at " + place + " is no rank 0 of Tenon's");
                }
            } catch (ConnectException | NoRouteToHostException | UnknownHostException | SocketTimeoutException e) {
                last = String.valueOf(e.getMessage());
            } catch (EOFException | SocketException e) {
                last = "the connection was closed before all ranks had come";
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        CollectiveTimeoutException late = new CollectiveTimeoutException(OP, List.of(0), deadline.timeout());
        late.addSuppressed(new CommunicatorException("rank 0 was looked for at " + place + ": " + last));
        throw late;
    }

    /** Rank 0's own address is the one by which it was reached. */
    private TcpPeers read(DataInputStream in, InetSocketAddress leader) throws IOException {
        long token = in.readLong();
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (int rank = 0; rank < world.size(); rank++) {
            String host = in.readUTF();
            int port = in.readInt();
            addresses.add(
                    rank == 0 ? new InetSocketAddress(leader.getAddress(), port) : new InetSocketAddress(host, port));
        }
        return new TcpPeers(job, token, addresses, listener);
    }
}
