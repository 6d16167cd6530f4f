package dev.tenon.models.weights;

import dev.tenon.error.ClosedException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;

/**
 * Named tensors that lie in one or more mapped files and are used in place. Safe for use from many threads; closing it
 * ends the life of every segment it handed out.
 */
public interface TensorSource extends AutoCloseable {
    /** The file or folder as the caller gave it, for messages. */
    String name();

    /** The tensors' names, in the order of the files. */
    Set<String> names();

    /** What the file says about a tensor; empty where there is none of that name. */
    Optional<? extends WeightInfo> find(String tensor);

    /**
     * A tensor's bytes in the file: read-only, without a copy, in row-major order, little-endian. They start where the
     * format puts them, which a type's own alignment need not divide.
     *
     * @throws MalformedFileException if there is no tensor of that name
     * @throws ClosedException after {@link #close()}
     */
    MemorySegment data(String tensor);

    /**
     * What the file says about a tensor that a model cannot do without.
     *
     * @throws MalformedFileException if there is no tensor of that name
     */
    default WeightInfo info(String tensor) {
        return find(tensor).orElseThrow(() -> missing(tensor));
    }

    /** The error for a tensor that is not there. */
    default MalformedFileException missing(String tensor) {
        return new MalformedFileException(name(), "tensor " + Quote.of(tensor), -1, "there is none");
    }

    @Override
    void close();
}
