package dev.tenon.conformance;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.npy.Npz;
import dev.tenon.op.*;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes operands and the reference's results as {@code .npz} files for {@code src/test/python/check_reference.py}, which
 * holds them against PyTorch, NumPy and the gguf package. Run by hand: see that script.
 */
final class ReferenceDump {
    private final Device device = new Device(new ReferenceDevice(1L << 28), Configuration.DEFAULT);
    private final SplittableRandom random = new SplittableRandom(1);
    private final Path folder;
    private Map<String, Tensor> arrays = new LinkedHashMap<>();

    private ReferenceDump(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        ReferenceDump dump = new ReferenceDump(folder);
        dump.elementwise();
        dump.attention();
        dump.rope();
        dump.norms();
        dump.losses();
        dump.products();
        dump.optimizer();
        dump.conversions();
        dump.quantized();
    }

    private Tensor normal(String name, long... sizes) {
        Tensor tensor = Tensor.empty(device, DType.F64, sizes);
        for (long i = 0; i < tensor.shape().elements(); i++) {
            tensor.segment().setAtIndex(java.lang.foreign.ValueLayout.JAVA_DOUBLE, i, random.nextGaussian());
        }
        arrays.put(name, tensor);
        return tensor;
    }

    private Tensor out(String name, long... sizes) {
        Tensor tensor = Tensor.empty(device, DType.F64, sizes);
        arrays.put(name, tensor);
        return tensor;
    }

    private Tensor given(String name, Tensor tensor) {
        arrays.put(name, tensor);
        return tensor;
    }

    private void write(String file) {
        Npz.write(folder.resolve(file + ".npz"), arrays);
        arrays = new LinkedHashMap<>();
    }

    private void elementwise() {
        for (UnaryKind kind : UnaryKind.values()) {
            if (kind == UnaryKind.NOT) {
                continue;
            }
            Tensor in = normal("in", 1000);
            if (List.of(UnaryKind.SQRT, UnaryKind.RSQRT, UnaryKind.LOG, UnaryKind.LOG2, UnaryKind.LOG1P)
                    .contains(kind)) {
                device.execute(new Unary(UnaryKind.ABS, in, in));
            }
            device.execute(new Unary(kind, in, out("out", 1000)));
            device.execute(new UnaryBackward(kind, in, normal("gradOut", 1000), out("gradIn", 1000)));
            write("unary_" + kind);
        }
        for (Activation activation : Activation.values()) {
            Tensor gate = normal("gate", 200);
            Tensor up = normal("up", 200);
            device.execute(new GatedActivation(activation, gate, up, out("out", 200)));
            device.execute(new GatedActivationBackward(
                    activation, gate, up, normal("gradOut", 200), out("gradGate", 200), out("gradUp", 200)));
            write("gated_" + activation);
        }
    }

    private void attention() {
        attention("attention_causal", new AttentionParameters(0.25f, true, 0, 0), false);
        attention("attention_full_mask", new AttentionParameters(0.25f, false, 0, 0), true);
        attention("attention_window", new AttentionParameters(0.25f, true, 5, 0), false);
        attention("attention_cap", new AttentionParameters(0.25f, true, 7, 1.5f), true);
    }

    /** Two batch rows, 6 query heads over 2 key heads, 13 queries against 20 keys. */
    private void attention(String name, AttentionParameters parameters, boolean masked) {
        Tensor query = normal("query", 2, 6, 13, 16);
        Tensor key = normal("key", 2, 2, 20, 16);
        Tensor value = normal("value", 2, 2, 20, 12);
        @Nullable Tensor mask = masked ? normal("mask", 13, 20) : null;
        Tensor out = out("out", 2, 6, 13, 12);
        Tensor logSumExp = out("logSumExp", 2, 6, 13);
        device.execute(new Attention(query, key, value, mask, null, parameters, out, logSumExp));
        device.execute(new AttentionBackward(
                query,
                key,
                value,
                mask,
                parameters,
                out,
                logSumExp,
                normal("gradOut", 2, 6, 13, 12),
                out("gradQuery", 2, 6, 13, 16),
                out("gradKey", 2, 2, 20, 16),
                out("gradValue", 2, 2, 20, 12)));
        write(name);
    }

    private void rope() {
        for (Rope.Pairing pairing : Rope.Pairing.values()) {
            Tensor in = normal("in", 2, 5, 3, 20);
            Tensor positions = given("positions", Tensor.of(device, new int[] {0, 1, 7, 100, 3}));
            float[] frequencies = new float[8];
            for (int i = 0; i < 8; i++) {
                frequencies[i] = (float) Math.pow(10_000, -i / 8.0);
            }
            Tensor turned = given("frequencies", Tensor.of(device, frequencies));
            device.execute(new Rope(in, positions, turned, pairing, 1.25f, false, out("out", 2, 5, 3, 20)));
            device.execute(new Rope(in, positions, turned, pairing, 1.25f, true, out("inverse", 2, 5, 3, 20)));
            write("rope_" + pairing);
        }
    }

    private void norms() {
        Tensor in = normal("in", 7, 33);
        Tensor weight = normal("weight", 33);
        Tensor mean = out("mean", 7);
        Tensor rstd = out("rstd", 7);
        device.execute(new LayerNorm(in, weight, normal("bias", 33), 1e-5f, out("out", 7, 33), mean, rstd));
        device.execute(new LayerNormBackward(
                normal("gradOut", 7, 33),
                in,
                weight,
                mean,
                rstd,
                out("gradIn", 7, 33),
                out("gradWeight", 33),
                out("gradBias", 33)));
        write("layer_norm");
        Tensor x = normal("in", 7, 33);
        Tensor w = normal("weight", 33);
        Tensor sum = out("sum", 7, 33);
        Tensor scale = out("rstd", 7);
        device.execute(new RmsNorm(x, normal("residual", 7, 33), w, 1, 1e-5f, out("out", 7, 33), sum, scale));
        device.execute(new RmsNormBackward(
                normal("gradOut", 7, 33),
                sum,
                w,
                1,
                scale,
                normal("gradSum", 7, 33),
                out("gradIn", 7, 33),
                out("gradWeight", 33)));
        write("rms_norm");
    }

    private void losses() {
        for (boolean logarithm : new boolean[] {false, true}) {
            Tensor y = out("out", 5, 40);
            device.execute(new Softmax(logarithm, normal("in", 5, 40), y));
            device.execute(new SoftmaxBackward(logarithm, y, normal("gradOut", 5, 40), out("gradIn", 5, 40)));
            write(logarithm ? "log_softmax" : "softmax");
        }
        Tensor logits = normal("logits", 5, 40);
        Tensor targets = given("targets", Tensor.of(device, new long[] {3, 0, -100, 39, 17}));
        Tensor logSumExp = out("logSumExp", 5);
        device.execute(new CrossEntropy(logits, targets, -100, out("losses", 5), logSumExp));
        device.execute(new CrossEntropyBackward(
                logits, targets, -100, logSumExp, normal("gradLosses", 5), out("gradLogits", 5, 40)));
        write("cross_entropy");
    }

    private void products() {
        Tensor bias = normal("bias", 9);
        Tensor residual = normal("residual", 2, 3, 5, 9);
        Epilogue epilogue = new Epilogue(0.5f, bias, Activation.GELU, residual);
        Tensor weight = normal("b", 3, 9, 17);
        device.execute(new Matmul(normal("a", 2, 1, 5, 17), weight.transpose(), epilogue, out("out", 2, 3, 5, 9)));
        write("matmul");
        Tensor table = normal("before", 6, 4).copy();
        Tensor indices = given("indices", Tensor.of(device, new int[] {5, 0, 5, 3, 3, 5, 1}));
        device.execute(new ScatterAdd(normal("rows", 7, 4), indices, table));
        given("after", table);
        write("scatter_add");
    }

    private void optimizer() {
        Tensor parameter = normal("before", 50).copy();
        Tensor first = out("firstMoment", 50);
        Tensor second = out("secondMoment", 50);
        device.execute(new Fill(0, first));
        device.execute(new Fill(0, second));
        for (int step = 1; step <= 3; step++) {
            Tensor schedule = Tensor.of(device, new float[] {0.0625f, step, 0.5f});
            device.execute(new AdamW(
                    parameter,
                    normal("gradient" + step, 50),
                    first,
                    second,
                    schedule,
                    0.875f,
                    0.96875f,
                    1e-8f,
                    0.125f));
        }
        given("after", parameter);
        write("adamw");
    }

    private void conversions() {
        Tensor wide = Tensor.empty(device, DType.F64, 20_000);
        for (int i = 0; i < 20_000; i++) {
            double value = random.nextGaussian() * Math.pow(2, random.nextInt(-30, 20));
            wide.segment().setAtIndex(java.lang.foreign.ValueLayout.JAVA_DOUBLE, i, value);
        }
        Tensor in = given("in", wide.cast(DType.F32));
        given("f16", in.cast(DType.F16));
        given("bf16AsF32", in.cast(DType.BF16).cast(DType.F32));
        given("i32", in.cast(DType.I32));
        write("cast");
    }

    private void quantized() {
        for (DType type : DType.values()) {
            if (!type.isQuantized()) {
                continue;
            }
            long n = 64L * type.blockSize();
            byte[] blocks = new byte[Math.toIntExact(type.bytes(n))];
            random.nextBytes(blocks);
            // Scales that are NaN or infinite say nothing.
            for (int block = 0; block < 64; block++) {
                for (int at : scales(type)) {
                    blocks[block * type.blockBytes() + at] &= (byte) 0xBF;
                }
            }
            Tensor in = Tensor.ofBytes(device, type, MemorySegment.ofArray(blocks), Shape.of(n));
            given("blocks", Tensor.ofBytes(device, DType.U8, MemorySegment.ofArray(blocks), Shape.of(blocks.length)));
            given("values", in.cast(DType.F32));
            Tensor plain = normal("plain", n).cast(DType.F32);
            given("plain", plain);
            byte[] back = plain.cast(type).toByteArray();
            given("quantized", Tensor.ofBytes(device, DType.U8, MemorySegment.ofArray(back), Shape.of(back.length)));
            write("blocks_" + type);
        }
    }

    /** The bytes of a block that hold the exponents of its F16 scales. */
    private static int[] scales(DType type) {
        return switch (type) {
            case Q6_K -> new int[] {209};
            case Q8_0, Q4_0, Q5_0 -> new int[] {1};
            default -> new int[] {1, 3};
        };
    }
}
