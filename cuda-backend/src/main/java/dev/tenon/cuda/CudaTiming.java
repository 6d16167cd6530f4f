package dev.tenon.cuda;

import dev.tenon.profile.Clock;
import dev.tenon.spi.OpTimes;
import dev.tenon.spi.OpTiming;

/** An operator's times by the device's clock: events before and after its launches. */
final class CudaTiming implements OpTiming {
    private final CudaDevice device;
    private final CudaClock.Origin origin;
    private final String choice;
    private long start;
    private long end;

    /** Makes the events; the device's context is current. */
    CudaTiming(CudaDevice device, Driver driver, CudaClock.Origin origin, String choice) {
        this.device = device;
        this.origin = origin;
        this.choice = choice;
        long first = driver.createEvent(true);
        Release release = new Release();
        if (!release.run(() -> end = driver.createEvent(true))) {
            release.run(() -> driver.destroyEvent(first));
        }
        release.finish();
        start = first;
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    @Override
    public String choice() {
        return choice;
    }

    @Override
    public boolean isDone() {
        return device.ask(driver -> driver.isPassed(end));
    }

    @Override
    public OpTimes resolve() {
        return device.ask(driver -> {
            Release release = new Release();
            long[] nanos = new long[2];
            release.run(() -> {
                driver.synchronizeEvent(end);
                nanos[0] = origin.nanosOf(driver, start);
                nanos[1] = Math.max(nanos[0], origin.nanosOf(driver, end));
            });
            device.forget(this, driver, release);
            release.finish();
            return new OpTimes(nanos[0], nanos[1], Clock.DEVICE);
        });
    }

    /** Gives the events back, passed or not. */
    synchronized void release(Driver driver, Release release) {
        if (start != 0) {
            long first = start;
            long last = end;
            start = 0;
            end = 0;
            release.run(() -> driver.destroyEvent(first));
            release.run(() -> driver.destroyEvent(last));
        }
    }
}
