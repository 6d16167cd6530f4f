package dev.tenon;

import dev.tenon.error.DTypeException;
import dev.tenon.error.DeviceException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.ShapeException;
import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Cast;
import dev.tenon.op.Copy;
import dev.tenon.op.Fill;
import dev.tenon.spi.DeviceBuffer;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * An n-dimensional array on a device. A tensor is a type, a {@link Layout} and a share of a storage; views share their
 * storage and never own it. The memory's life is its {@link Scope}'s; using a tensor after that throws
 * {@link dev.tenon.error.ClosedException}.
 *
 * <p>Operators are in {@link TensorMath} and {@link Nn}. A tensor may be read by several threads at once; writing to it
 * while another thread uses it needs the caller's own order.
 */
public final class Tensor implements TensorMath, AutoCloseable {
    private final Storage storage;
    private final TensorSpec spec;
    private final Layout layout;
    private final boolean owner;

    private Tensor(Storage storage, DType dtype, Layout layout, boolean owner) {
        this.storage = storage;
        this.spec = new TensorSpec(dtype, layout.shape());
        this.layout = layout;
        this.owner = owner;
    }

    // Making tensors

    /**
     * A tensor with undefined values.
     *
     * @throws dev.tenon.error.OutOfDeviceMemoryException if the device's pool cannot serve it
     * @throws DTypeException if a quantized type's block does not divide the last axis
     */
    public static Tensor empty(Device device, DType dtype, Shape shape) {
        if (dtype.isQuantized() && (shape.rank() == 0 || shape.size(-1) % dtype.blockSize() != 0)) {
            throw new DTypeException(
                    "empty", "the last axis of " + shape + " is not a whole number of blocks", List.of(dtype));
        }
        return owned(device, device.backend().allocate(dtype.bytes(shape.elements())), dtype, shape);
    }

    public static Tensor empty(Device device, DType dtype, long... sizes) {
        return empty(device, dtype, Shape.of(sizes));
    }

    /** A tensor of one value. */
    public static Tensor full(Device device, DType dtype, double value, long... sizes) {
        Tensor tensor = empty(device, dtype, Shape.of(sizes));
        device.execute(new Fill(value, tensor));
        return tensor;
    }

    public static Tensor zeros(Device device, DType dtype, long... sizes) {
        return full(device, dtype, 0, sizes);
    }

    /** An F32 tensor with {@code values} in row-major order; with no sizes, a vector of them all. */
    public static Tensor of(Device device, float[] values, long... sizes) {
        return upload(device, DType.F32, MemorySegment.ofArray(values), values.length, sizes);
    }

    /** An F64 tensor. */
    public static Tensor of(Device device, double[] values, long... sizes) {
        return upload(device, DType.F64, MemorySegment.ofArray(values), values.length, sizes);
    }

    /** An I32 tensor. */
    public static Tensor of(Device device, int[] values, long... sizes) {
        return upload(device, DType.I32, MemorySegment.ofArray(values), values.length, sizes);
    }

    /** An I64 tensor. */
    public static Tensor of(Device device, long[] values, long... sizes) {
        return upload(device, DType.I64, MemorySegment.ofArray(values), values.length, sizes);
    }

    /** An I8 tensor; {@link #ofBytes} takes other types. */
    public static Tensor of(Device device, byte[] values, long... sizes) {
        return upload(device, DType.I8, MemorySegment.ofArray(values), values.length, sizes);
    }

    /** A BOOL tensor. */
    public static Tensor of(Device device, boolean[] values, long... sizes) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return upload(device, DType.BOOL, MemorySegment.ofArray(bytes), values.length, sizes);
    }

    /**
     * A tensor of any type with a copy of {@code data}: row-major, little-endian, quantized types as blocks.
     *
     * @throws ShapeException if {@code data} is not exactly the shape's size
     */
    public static Tensor ofBytes(Device device, DType dtype, MemorySegment data, Shape shape) {
        requireBytes(dtype, data, shape);
        Tensor tensor = empty(device, dtype, shape);
        device.backend().upload(data, tensor.storage.buffer, 0);
        return tensor;
    }

    /**
     * A tensor over existing off-heap memory, without a copy. The caller keeps {@code data} alive and, as long as the
     * tensor is used, unchanged by others.
     *
     * @throws DeviceException if the device cannot use host memory in place
     * @throws InvalidArgumentException if {@code data} is on the heap
     * @throws ShapeException if {@code data} is not exactly the shape's size
     */
    public static Tensor wrap(Device device, DType dtype, MemorySegment data, Shape shape) {
        requireBytes(dtype, data, shape);
        DeviceBuffer buffer = device.backend()
                .wrap(data)
                .orElseThrow(() -> new DeviceException(device.name(), "cannot use host memory in place"));
        return owned(device, buffer, dtype, shape);
    }

    private static Tensor upload(Device device, DType dtype, MemorySegment data, long length, long... sizes) {
        return ofBytes(device, dtype, data, sizes.length == 0 ? Shape.of(length) : Shape.of(sizes));
    }

    private static void requireBytes(DType dtype, MemorySegment data, Shape shape) {
        if (dtype.bytes(shape.elements()) != data.byteSize()) {
            throw new ShapeException(
                    "tensor", data.byteSize() + " bytes given for " + dtype.bytes(shape.elements()), List.of(shape));
        }
    }

    private static Tensor owned(Device device, DeviceBuffer buffer, DType dtype, Shape shape) {
        Storage storage = new Storage(device, buffer);
        Scope scope = ThreadState.current().scope;
        if (scope != null) {
            scope.own(storage);
        }
        return new Tensor(storage, dtype, Layout.contiguous(shape), true);
    }

    // What it is

    public DType dtype() {
        return spec.dtype();
    }

    public Shape shape() {
        return spec.shape();
    }

    /** Type and shape. */
    public TensorSpec spec() {
        return spec;
    }

    public Layout layout() {
        return layout;
    }

    public Device device() {
        return storage.device;
    }

    /** The size of one axis; negative axes count from the innermost. */
    public long size(int axis) {
        return spec.shape().size(axis);
    }

    /** The storage's memory; for backends, which know its kind. It is where {@link #layout()}'s element 0 lies. */
    public DeviceBuffer buffer() {
        return storage.buffer;
    }

    /**
     * The whole storage as host memory, without a copy: element i of {@link #layout()} is at byte {@code
     * dtype().bytes(i)}. Valid until the storage is closed, which the caller must see to.
     *
     * @throws DeviceException if the tensor is not in host memory
     */
    public MemorySegment segment() {
        if (storage.isClosed()) {
            throw new dev.tenon.error.ClosedException("segment: tensor " + spec + " is closed");
        }
        if (storage.buffer instanceof HostBuffer host) {
            return host.segment();
        }
        throw new DeviceException(device().name(), "its memory is not addressable by the host; copy the tensor");
    }

    Storage storage() {
        return storage;
    }

    @Override
    public Tensor self() {
        return this;
    }

    // Views

    /** A view with another layout over the same storage. */
    private Tensor view(Layout other) {
        return new Tensor(storage, spec.dtype(), other, false);
    }

    /** Axes in a new order; see {@link Layout#permute}. */
    public Tensor permute(int... axes) {
        return view(layout.permute(axes));
    }

    /** The last two axes exchanged. */
    public Tensor transpose() {
        return view(layout.transpose(-2, -1));
    }

    /** Two axes exchanged. */
    public Tensor transpose(int a, int b) {
        return view(layout.transpose(a, b));
    }

    /** Elements {@code from} (inclusive) to {@code to} (exclusive) of one axis. */
    public Tensor slice(int axis, long from, long to) {
        return view(layout.slice(axis, from, to, 1));
    }

    /** Every {@code step}-th element from {@code from} (inclusive) to {@code to} (exclusive) of one axis. */
    public Tensor slice(int axis, long from, long to, long step) {
        return view(layout.slice(axis, from, to, step));
    }

    /** One index of an axis; the axis goes. */
    public Tensor select(int axis, long index) {
        return view(layout.select(axis, index));
    }

    /** A new axis of size 1; see {@link Layout#unsqueeze}. */
    public Tensor unsqueeze(int axis) {
        return view(layout.unsqueeze(axis));
    }

    /** An axis of size 1 removed. */
    public Tensor squeeze(int axis) {
        return view(layout.squeeze(axis));
    }

    /** One axis split into several. */
    public Tensor split(int axis, long... sizes) {
        return view(layout.split(axis, sizes));
    }

    /** Axes of size 1, and new outer axes, repeated without a copy. */
    public Tensor broadcastTo(long... sizes) {
        return view(layout.broadcastTo(Shape.of(sizes)));
    }

    /** The same elements in row-major order under another shape: a view where one can do it, else a copy. */
    public Tensor reshape(long... sizes) {
        Layout other = layout.reshape(Shape.of(sizes));
        if (other != null) {
            return view(other);
        }
        return contiguous().reshape(sizes);
    }

    /** A view with any layout over this tensor's storage; the layout must stay within it. */
    public Tensor withLayout(Layout other) {
        if (other.shape().elements() > 0
                && (other.first() < 0 || spec.dtype().bytes(roundUp(other.end())) > storage.buffer.bytes())) {
            throw new ShapeException("withLayout", "the layout leaves the storage", List.of(other));
        }
        return view(other);
    }

    private long roundUp(long elements) {
        long block = spec.dtype().blockSize();
        return (elements + block - 1) / block * block;
    }

    // Copies

    /** This tensor if it is contiguous, else a contiguous copy. */
    public Tensor contiguous() {
        return layout.isContiguous() ? this : copy();
    }

    /** A contiguous copy on the same device. */
    public Tensor copy() {
        Tensor out = empty(device(), dtype(), shape());
        device().execute(new Copy(this, out));
        return out;
    }

    /** This tensor if it has that type, else a converted copy. */
    public Tensor cast(DType dtype) {
        if (dtype == dtype()) {
            return this;
        }
        if (dtype().isQuantized() || dtype.isQuantized()) {
            return Nn.requantize(this, dtype);
        }
        Tensor out = empty(device(), dtype, shape());
        device().execute(new Cast(this, out));
        return out;
    }

    /**
     * This tensor if it is on that device, else a contiguous copy there.
     *
     * <p>The copy has its place in the order of work of both devices: later work there sees it, and this tensor may be
     * overwritten or closed as soon as the call returns. It may then still be under way, unless that device computes in
     * host memory. A failure that comes later is thrown by the next read, copy or {@code synchronize} there.
     *
     * @throws dev.tenon.error.OutOfDeviceMemoryException if that device's pool cannot serve it
     * @throws InvalidArgumentException inside a capture
     * @throws dev.tenon.error.ClosedException if this tensor is closed
     */
    public Tensor to(Device device) {
        return device == device() ? this : DeviceCopy.to(this, device);
    }

    /**
     * Overwrites this tensor's elements with {@code source}'s, which broadcast to this shape. {@code source} may be on
     * another device; what {@link #to} says of the order and of failures then holds too.
     *
     * @return this tensor
     */
    public Tensor set(Tensor source) {
        if (source.device() == device()) {
            device().execute(new Copy(source, this));
        } else {
            DeviceCopy.set(this, source);
        }
        return this;
    }

    // Reading

    /** The elements in row-major order, converted to F32. */
    public float[] toFloatArray() {
        return TensorData.floats(this);
    }

    /** The elements in row-major order, converted to F64. */
    public double[] toDoubleArray() {
        return TensorData.doubles(this);
    }

    /** The elements in row-major order, converted to I64. */
    public long[] toLongArray() {
        return TensorData.longs(this);
    }

    /** The elements' bytes in row-major order, in this tensor's own type. */
    public byte[] toByteArray() {
        return TensorData.bytes(this);
    }

    /**
     * The one element of a tensor that has just one.
     *
     * @throws ShapeException if it has more or none
     */
    public double item() {
        if (shape().elements() != 1) {
            throw new ShapeException("item", "not one element", List.of(shape()));
        }
        return toDoubleArray()[0];
    }

    /** Frees the memory, unless this is a view; work in flight keeps it until done. Closing twice does nothing. */
    @Override
    public void close() {
        if (owner) {
            storage.close();
        }
    }

    /** For example {@code F32[2, 3] on cpu}. */
    @Override
    public String toString() {
        return spec + " on " + device().name();
    }
}
