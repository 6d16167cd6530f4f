package dev.tenon.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device's clock beside the host's: events at known times of the host's clock, on a stream of their own, which has nothing else to
 * wait for. The driver tells times between events as F32 milliseconds, so a new one is made before rounding shows.
 */
final class CudaClock {
    private static final long FRESH_NANOS = 1_000_000_000L;

    private final List<Origin> origins = new ArrayList<>();
    private long stream;
    private @Nullable Origin latest;

    /** An event and when it was passed. */
    record Origin(long event, long nanos) {
        /** When a passed event was passed, on the host's clock. */
        long nanosOf(Driver driver, long passed) {
            return nanos + Math.round(driver.elapsed(event, passed) * 1e6);
        }
    }

    /** An origin of at most a second ago. */
    synchronized Origin origin(Driver driver) {
        Origin known = latest;
        if (known != null && System.nanoTime() - known.nanos < FRESH_NANOS) {
            return known;
        }
        if (stream == 0) {
            stream = driver.createStream();
        }
        long event = driver.createEvent(true);
        Release release = new Release();
        if (!release.run(() -> driver.recordEvent(event, stream))
                || !release.run(() -> driver.synchronizeEvent(event))) {
            release.run(() -> driver.destroyEvent(event));
        }
        release.finish();
        Origin made = new Origin(event, System.nanoTime());
        origins.add(made);
        latest = made;
        return made;
    }

    synchronized void close(Driver driver, Release release) {
        origins.forEach(origin -> release.run(() -> driver.destroyEvent(origin.event)));
        origins.clear();
        if (stream != 0) {
            long ended = stream;
            stream = 0;
            release.run(() -> driver.synchronizeStream(ended));
            release.run(() -> driver.destroyStream(ended));
        }
    }
}
