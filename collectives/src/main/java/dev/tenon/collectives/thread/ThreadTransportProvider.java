package dev.tenon.collectives.thread;

import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.spi.LocalTransportProvider;
import dev.tenon.spi.Transport;
import java.util.ArrayList;
import java.util.List;

/** Connects threads of this process. */
public final class ThreadTransportProvider implements LocalTransportProvider {
    @Override
    public List<Transport> connect(int ranks, CommunicatorOptions options) {
        ThreadMeeting meeting = new ThreadMeeting(ranks);
        List<Transport> transports = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            transports.add(ThreadGroupEnd.join(meeting, rank, options.timeout()));
        }
        return transports;
    }
}
