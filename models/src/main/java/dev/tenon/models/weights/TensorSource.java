package dev.tenon.models.weights;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.ClosedException;
import dev.tenon.error.DTypeException;
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

    /**
     * A tensor on a device. On a device that computes in host memory it lies over the file's own pages, without a copy,
     * and must not be used after {@link #close()}; on any other device, and where the file does not align the elements
     * to their size, it is a copy in the caller's scope.
     *
     * @throws MalformedFileException if there is no tensor of that name
     * @throws DTypeException if Tenon has no such element type
     * @throws ClosedException after {@link #close()}
     */
    default Tensor tensor(Device device, String name) {
        WeightInfo info = info(name);
        DType dtype = info.dtype();
        MemorySegment data = data(name);
        boolean aligned = dtype.isQuantized() || data.address() % dtype.blockBytes() == 0;
        return device.properties().host() && data.isNative() && aligned
                ? Tensor.wrap(device, dtype, data, info.shape())
                : Tensor.ofBytes(device, dtype, data, info.shape());
    }

    /** The error for a tensor that is not there. */
    default MalformedFileException missing(String tensor) {
        return new MalformedFileException(name(), "tensor " + Quote.of(tensor), -1, "there is none");
    }

    @Override
    void close();
}
