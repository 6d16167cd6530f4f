package dev.tenon.models.decoder;

import dev.tenon.Device;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.spi.MemoryUse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which layers of a model lie on which device. The embedding lies with the first segment and the output head with the last,
 * so that activations go once from each device to the next. A segment without layers holds just these.
 *
 * @param segments in the order of the layers; neighbours are on different devices
 */
public record DevicePlan(List<Segment> segments) {
    /** The part of free memory that {@link #fit} leaves, since pools round sizes up. */
    private static final int RESERVE = 16;

    /**
     * Layers that follow each other on one device.
     *
     * @param from the first of them, counted from 0
     * @param to the one after the last
     */
    public record Segment(Device device, int from, int to) {
        public int layers() {
            return to - from;
        }
    }

    /** @throws InvalidArgumentException if the segments do not follow each other from layer 0 */
    public DevicePlan {
        segments = List.copyOf(segments);
        int next = 0;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.from != next || segment.to < next) {
                throw new InvalidArgumentException("plan: layers %d to %d on %s do not follow layer %d"
                        .formatted(segment.from, segment.to, segment.device.name(), next));
            }
            if (i > 0 && segments.get(i - 1).device == segment.device) {
                throw new InvalidArgumentException("plan: " + segment.device.name() + " twice in a row");
            }
            next = segment.to;
        }
        if (next == 0) {
            throw new InvalidArgumentException("plan: no layers");
        }
    }

    /** All of a model on one device. */
    public static DevicePlan on(Device device, int layers) {
        return new DevicePlan(List.of(new Segment(device, 0, layers)));
    }

    /**
     * So many layers on each device. A device may come again later.
     *
     * @param layers one count a device, from 0
     * @throws InvalidArgumentException if there are not as many counts as devices, or one is negative
     */
    public static DevicePlan of(List<Device> devices, List<Integer> layers) {
        if (devices.size() != layers.size()) {
            throw new InvalidArgumentException(
                    "plan: " + layers.size() + " numbers of layers for " + devices.size() + " devices");
        }
        List<Segment> segments = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < layers.size(); i++) {
            segments.add(new Segment(devices.get(i), from, from + layers.get(i)));
            from += layers.get(i);
        }
        return new DevicePlan(segments);
    }

    /**
     * As much as fits on each device in turn, by what is free there now, less a sixteenth. Devices that are not needed are
     * not in the plan.
     *
     * @throws ModelTooLargeException if the devices together have too little memory
     */
    public static DevicePlan fit(List<Device> devices, ModelSize size, SessionOptions options) {
        int layers = size.layers();
        List<Segment> segments = new ArrayList<>();
        long free = 0;
        int from = 0;
        for (Device device : devices) {
            boolean begins = segments.isEmpty();
            long room = free(device) - free(device) / RESERVE;
            free += room;
            if (share(device, from, layers, size, options, begins, true).bytes() <= room) {
                segments.add(new Segment(device, from, layers));
                return new DevicePlan(segments);
            }
            int to = from;
            while (to < layers
                    && share(device, from, to + 1, size, options, begins, false).bytes() <= room) {
                to++;
            }
            if (to > from
                    || (begins
                            && share(device, from, to, size, options, true, false)
                                            .bytes()
                                    <= room)) {
                segments.add(new Segment(device, from, to));
                from = to;
            }
        }
        throw new ModelTooLargeException(
                devices.stream().map(Device::name).toList(),
                share(devices.getFirst(), 0, layers, size, options, true, true).bytes(),
                free);
    }

    private static PlanShare share(
            Device device, int from, int to, ModelSize size, SessionOptions options, boolean embedding, boolean head) {
        return PlanShare.of(new Segment(device, from, to), size, options, embedding, head);
    }

    static long free(Device device) {
        MemoryUse use = device.memory();
        return Math.max(0, use.limit() - use.used());
    }

    /** Layers in all. */
    public int layers() {
        return segments.getLast().to;
    }

    /** What each segment takes, and what is free on its device now. */
    public List<PlanShare> shares(ModelSize size, SessionOptions options) {
        List<PlanShare> shares = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            shares.add(PlanShare.of(segments.get(i), size, options, i == 0, i == segments.size() - 1));
        }
        return List.copyOf(shares);
    }

    /**
     * Asks whether each device has room for what the plan puts there.
     *
     * @return this plan
     * @throws InvalidArgumentException if the model has another number of layers
     * @throws ModelTooLargeException if a device has not
     */
    public DevicePlan checked(ModelSize size, SessionOptions options) {
        requireLayers(size.layers());
        Map<Device, Long> asked = new HashMap<>();
        for (PlanShare share : shares(size, options)) {
            Device device = share.segment().device();
            long all = asked.merge(device, share.bytes(), Long::sum);
            if (all > share.freeBytes()) {
                throw new ModelTooLargeException(List.of(device.name()), all, share.freeBytes());
            }
        }
        return this;
    }

    void requireLayers(int layers) {
        if (layers() != layers) {
            throw new InvalidArgumentException("plan: " + layers() + " layers, but the model has " + layers);
        }
    }
}
