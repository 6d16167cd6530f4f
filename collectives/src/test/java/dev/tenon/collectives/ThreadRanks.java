package dev.tenon.collectives;

import dev.tenon.comm.Communicator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Ranks that are threads of the test. */
public final class ThreadRanks {
    private ThreadRanks() {}

    /** Runs one body a rank, at once, and throws the first failure. */
    public static void run(List<Communicator> ranks, Consumer body) throws Exception {
        for (Throwable failure : failures(ranks, body)) {
            if (failure != null) {
                throw new AssertionError(failure.toString(), failure);
            }
        }
    }

    public interface Consumer {
        void accept(Communicator rank) throws Exception;
    }

    /** How each rank ended: null is well. */
    public static List<Throwable> failures(List<Communicator> ranks, Consumer body) throws Exception {
        return together(ranks.size(), rank -> {
            try {
                body.accept(ranks.get(rank));
                return null;
            } catch (Throwable e) {
                return e;
            }
        });
    }

    /** One thread a rank, and what each answers. */
    public static <T> List<T> together(int ranks, Function<Integer, T> body)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(ranks)) {
            List<Future<T>> futures = new ArrayList<>();
            for (int r = 0; r < ranks; r++) {
                int rank = r;
                futures.add(threads.submit(() -> body.apply(rank)));
            }
            List<T> answers = new ArrayList<>();
            for (Future<T> future : futures) {
                answers.add(future.get());
            }
            return answers;
        }
    }
}
