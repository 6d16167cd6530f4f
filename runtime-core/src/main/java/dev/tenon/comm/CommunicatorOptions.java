package dev.tenon.comm;

import dev.tenon.error.InvalidArgumentException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a {@link Communicator} behaves; immutable, and to be the same on every rank.
 *
 * @param timeout how long a call waits for ranks that are alive but do not come
 * @param checked before each collective, compare what all ranks call; costs a round of small messages
 * @param transport the name of the transport to use; empty: the best that can reach all ranks. NCCL between processes must be asked
 *     for ({@code nccl}), as nothing tells beforehand whether their tensors will be on CUDA devices
 */
public record CommunicatorOptions(Duration timeout, boolean checked, Optional<String> transport) {
    /** Five minutes, unchecked, the best transport. */
    public static final CommunicatorOptions DEFAULT =
            new CommunicatorOptions(Duration.ofMinutes(5), false, Optional.empty());

    public CommunicatorOptions {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidArgumentException("a communicator's timeout must be positive, not " + timeout);
        }
    }

    public CommunicatorOptions withTimeout(Duration limit) {
        return new CommunicatorOptions(limit, checked, transport);
    }

    public CommunicatorOptions checking() {
        return new CommunicatorOptions(timeout, true, transport);
    }

    public CommunicatorOptions withTransport(String name) {
        return new CommunicatorOptions(timeout, checked, Optional.of(name));
    }
}
