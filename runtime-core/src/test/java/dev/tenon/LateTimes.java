package dev.tenon;

import dev.tenon.profile.Clock;
import dev.tenon.spi.OpTimes;
import dev.tenon.spi.OpTiming;
import java.util.ArrayList;
import java.util.List;

/** The clock of a device that runs operators later: each takes as many nanoseconds as its number, from 1, a thousand apart. */
final class LateTimes {
    /** All timings that were given out. */
    final List<Timing> given = new ArrayList<>();

    /** One operator's, which is done when the test says so or when it is waited for. */
    static final class Timing implements OpTiming {
        private final int number;
        boolean done;
        int resolved;

        Timing(int number) {
            this.number = number;
        }

        @Override
        public boolean isDone() {
            return done;
        }

        @Override
        public OpTimes resolve() {
            resolved++;
            return new OpTimes(1000L * number, 1001L * number, Clock.DEVICE);
        }
    }

    OpTiming next() {
        Timing timing = new Timing(given.size() + 1);
        given.add(timing);
        return timing;
    }
}
