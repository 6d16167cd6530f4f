package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.op.Activation;
import dev.tenon.spi.DeviceBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batched matrix product as a BLAS takes it, with matrices kept column by column:
 * {@code d = activation(alpha * op(a) * op(b) + beta * c + bias)}, where op(a) is [m, k], op(b) [k, n], c and d [m, n], and the
 * bias [m], one value for each row. Sums are F32; F64 where the operands are.
 *
 * @param transposeA whether a is kept as [k, m]
 * @param transposeB whether b is kept as [n, k]
 * @param batch products, at least one
 * @param beta 1 where c is added, else 0
 * @param c what is added, of d's type; d where nothing is, and it is not read then
 * @param bias absent, or contiguous and of d's type
 * @param activation NONE, RELU or GELU_TANH
 */
public record BlasGemm(
        boolean transposeA,
        boolean transposeB,
        int m,
        int n,
        int k,
        int batch,
        double alpha,
        Matrix a,
        Matrix b,
        double beta,
        Matrix c,
        Matrix d,
        @Nullable Vector bias,
        Activation activation)
        implements BlasPlan {
    /**
     * A matrix of each product. Offset and strides count elements.
     *
     * @param offset of the first product's matrix in the buffer
     * @param leading from one column to the next, at least a column's length
     * @param batchStride from one product's matrix to the next; 0 where all have the same
     */
    public record Matrix(DeviceBuffer buffer, DType type, long offset, int leading, long batchStride) {
        /** Where it begins, in bytes from the buffer's start. */
        public long offsetBytes() {
            return offset * type.blockBytes();
        }
    }

    /** Contiguous elements, the first at an offset in elements. */
    public record Vector(DeviceBuffer buffer, DType type, long offset) {
        /** Where it begins, in bytes from the buffer's start. */
        public long offsetBytes() {
            return offset * type.blockBytes();
        }
    }

    /** Whether the call needs nothing but C = alpha * A * B + beta * C, which every BLAS has. */
    public boolean isPlain() {
        return bias == null && activation == Activation.NONE && c.equals(d);
    }

    /** Multiplications and additions of the whole batch. */
    public double products() {
        return (double) m * n * k * batch;
    }

    /** The memory that it reads or writes. */
    public List<DeviceBuffer> buffers() {
        List<DeviceBuffer> buffers = new ArrayList<>(List.of(a.buffer(), b.buffer(), d.buffer()));
        if (beta != 0) {
            buffers.add(c.buffer());
        }
        if (bias != null) {
            buffers.add(bias.buffer());
        }
        return buffers;
    }
}
