package dev.tenon.collectives.tcp;

import dev.tenon.comm.World;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Rank 0's side of a meeting: who has come. */
final class TcpWelcome {
    /** What comes to the port and is no rank (a scanner, a probe) is not waited for any longer. */
    private static final int HELLO_MILLIS = 2_000;

    private static final int LOOK_MILLIS = 200;

    private final World world;
    private final String job;
    private final String group;
    private final Deadline deadline;
    private final long token = new SecureRandom().nextLong();
    private final SortedMap<Integer, Arrived> arrived = new TreeMap<>();
    private List<InetSocketAddress> addresses = List.of();

    private record Arrived(Socket socket, InetSocketAddress address) {}

    TcpWelcome(World world, String job, String group, Deadline deadline) {
        this.world = world;
        this.job = job;
        this.group = group;
        this.deadline = deadline;
    }

    long token() {
        return token;
    }

    /** Where the ranks listen. Of rank 0 only the port counts. */
    List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** Waits until all have come, and tells them. */
    void gather(ServerSocketChannel server, int port) throws IOException {
        server.socket().setSoTimeout(LOOK_MILLIS);
        try {
            while (arrived.size() < world.size() - 1) {
                if (deadline.isOver()) {
                    throw late();
                }
                try {
                    take(server.socket().accept());
                } catch (SocketTimeoutException nobody) {
                    continue;
                }
            }
            List<InetSocketAddress> all = new ArrayList<>(List.of(InetSocketAddress.createUnresolved("", port)));
            arrived.values().forEach(each -> all.add(each.address()));
            addresses = all;
            tell();
        } catch (CommunicatorException e) {
            arrived.values().forEach(each -> refuse(each.socket(), String.valueOf(e.getMessage())));
            throw e;
        } finally {
            arrived.values().forEach(each -> Sockets.close(each.socket()));
        }
    }

    private CollectiveTimeoutException late() {
        List<Integer> missing = IntStream.range(1, world.size())
                .filter(rank -> !arrived.containsKey(rank))
                .boxed()
                .toList();
        return new CollectiveTimeoutException(TcpMeeting.OP, missing, deadline.timeout());
    }

    private void take(Socket socket) {
        boolean kept = false;
        try {
            socket.setSoTimeout(HELLO_MILLIS);
            Hello hello = Hello.read(socket.getInputStream());
            kept = judge(socket, hello);
        } catch (IOException e) {
            // No rank, or one that has gone again.
            kept = false;
        } finally {
            if (!kept) {
                Sockets.close(socket);
            }
        }
    }

    /** Whether it belongs here. */
    private boolean judge(Socket socket, Hello hello) throws IOException {
        if (!hello.job().equals(job)) {
            refuse(socket, "this is rank 0 of another job; jobs need places of their own to meet (MASTER_PORT)");
            return false;
        }
        if (!hello.group().equals(group)) {
            socket.getOutputStream().write(TcpMeeting.LATER);
            return false;
        }
        if (hello.size() != world.size()) {
            String problem =
                    "rank " + hello.rank() + " of " + hello.size() + " ranks came to a meeting of " + world.size();
            refuse(socket, problem);
            throw new CommunicatorException(problem);
        }
        if (hello.rank() < 1 || hello.rank() >= world.size() || arrived.containsKey(hello.rank())) {
            refuse(socket, "another process is rank " + hello.rank() + " of this job already");
            return false;
        }
        InetSocketAddress at = new InetSocketAddress(socket.getInetAddress(), hello.detail());
        arrived.put(hello.rank(), new Arrived(socket, at));
        return true;
    }

    private void tell() {
        arrived.forEach((rank, each) -> {
            try {
                tell(each);
            } catch (IOException e) {
                throw new CommunicatorException("rank " + rank + " came to the meeting and went again", e);
            }
        });
    }

    private void tell(Arrived each) throws IOException {
        DataOutputStream out = new DataOutputStream(each.socket().getOutputStream());
        out.writeByte(TcpMeeting.WELCOME);
        out.writeLong(token);
        for (InetSocketAddress address : addresses) {
            out.writeUTF(address.isUnresolved() ? "" : address.getAddress().getHostAddress());
            out.writeInt(address.getPort());
        }
        out.flush();
    }

    private static void refuse(Socket socket, String reason) {
        try {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeByte(TcpMeeting.REFUSED);
            out.writeUTF(reason);
            out.flush();
        } catch (IOException e) {
            // It has gone: then it need not be told.
            Sockets.close(socket);
        }
    }
}
