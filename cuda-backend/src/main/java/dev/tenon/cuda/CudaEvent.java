package dev.tenon.cuda;

import dev.tenon.spi.StreamEvent;

/** A point in a stream. Its event of the driver's is destroyed as soon as it is seen to be passed, or with its stream. */
final class CudaEvent implements StreamEvent {
    private final CudaDevice device;
    private long event;

    /** @param event the driver's, or 0 for a point that is already passed */
    CudaEvent(CudaDevice device, long event) {
        this.device = device;
        this.event = event;
    }

    @Override
    public synchronized boolean isDone() {
        if (event != 0 && device.ask(driver -> driver.isPassed(event))) {
            release();
        }
        return event == 0;
    }

    @Override
    public synchronized void synchronize() {
        if (event != 0) {
            device.run(driver -> driver.synchronizeEvent(event));
            release();
        }
    }

    /** Makes a stream of the driver's wait for it. */
    synchronized void holdUp(long stream) {
        if (event != 0) {
            device.run(driver -> driver.waitEvent(stream, event));
        }
    }

    /** Gives the driver's event back, passed or not. */
    synchronized void release() {
        if (event != 0) {
            device.run(this::release);
        }
    }

    /** With the device's context current. Once the driver is asked to destroy it, it is gone, whatever the answer. */
    synchronized void release(Driver driver) {
        if (event != 0) {
            long ended = event;
            event = 0;
            driver.destroyEvent(ended);
        }
    }
}
