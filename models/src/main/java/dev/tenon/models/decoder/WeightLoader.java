package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.error.DTypeException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import dev.tenon.models.weights.TensorSource;
import dev.tenon.models.weights.WeightInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes tensors of a file's data: in place where the device can use host memory, else copied there. Every shape is
 * checked against the configuration before anything is allocated by it.
 */
final class WeightLoader implements AutoCloseable {
    private final TensorSource source;
    private final Device device;
    private final Map<String, Tensor> matrices = new HashMap<>();
    private final List<Tensor> made = new ArrayList<>();

    WeightLoader(TensorSource source, Device device) {
        this.source = source;
        this.device = device;
    }

    boolean has(String name) {
        return source.find(name).isPresent();
    }

    /**
     * A matrix of the type that the file has. Asked for twice, it is the same tensor.
     *
     * @throws MalformedFileException if it is missing or of another shape
     * @throws UnsupportedModelException if it is of a type that weights cannot have
     */
    Tensor matrix(String name, long rows, long columns) {
        Tensor known = matrices.get(name);
        if (known != null) {
            return known;
        }
        WeightInfo info = checked(name, Shape.of(rows, columns));
        DType type = type(info);
        if (!type.isQuantized() && (!type.isFloat() || type == DType.F64)) {
            throw unsupported(info);
        }
        Tensor tensor = tensor(info);
        matrices.put(name, tensor);
        return tensor;
    }

    /** A matrix with the bias that may stand beside it. */
    Linear linear(String name, long out, long in) {
        return new Linear(matrix(name + ".weight", out, in), optionalVector(name + ".bias", out));
    }

    /** A norm, with its bias where the file has one. */
    Norm norm(String name, long size) {
        return new Norm(vector(name + ".weight", size), optionalVector(name + ".bias", size));
    }

    /** A vector, converted to F32 where it has another type. */
    Tensor vector(String name, long size) {
        WeightInfo info = checked(name, Shape.of(size));
        DType type = type(info);
        if (!type.isFloat()) {
            throw unsupported(info);
        }
        Tensor tensor = tensor(info);
        if (type == DType.F32) {
            return tensor;
        }
        Tensor converted = tensor.cast(DType.F32);
        made.add(converted);
        return converted;
    }

    private @Nullable Tensor optionalVector(String name, long size) {
        return has(name) ? vector(name, size) : null;
    }

    private WeightInfo checked(String name, Shape expected) {
        WeightInfo info = source.info(name);
        if (!info.shape().equals(expected)) {
            throw new MalformedFileException(
                    source.name(),
                    "tensor " + Quote.of(name),
                    -1,
                    "its shape is " + info.shape() + ", not " + expected);
        }
        return info;
    }

    private DType type(WeightInfo info) {
        return type(source, info);
    }

    /** @throws UnsupportedModelException if it is none of Tenon's types */
    static DType type(TensorSource source, WeightInfo info) {
        try {
            return info.dtype();
        } catch (DTypeException _) {
            throw unsupported(source, info);
        }
    }

    private UnsupportedModelException unsupported(WeightInfo info) {
        return unsupported(source, info);
    }

    private static UnsupportedModelException unsupported(TensorSource source, WeightInfo info) {
        return new UnsupportedModelException(
                source.name(),
                "tensor " + Quote.of(info.name()) + ": weights of type " + info.typeName() + " are not supported");
    }

    private Tensor tensor(WeightInfo info) {
        Tensor tensor = source.tensor(device, info.name());
        made.add(tensor);
        return tensor;
    }

    /** Ends every tensor that was made. */
    @Override
    public void close() {
        made.forEach(Tensor::close);
    }
}
