package dev.tenon.models.fuzz;

import dev.tenon.error.TenonException;
import dev.tenon.models.gguf.GgufArray;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.gguf.GgufValue;
import dev.tenon.models.gguf.GgufValueType;
import dev.tenon.models.gguf.SampleGguf;
import dev.tenon.models.safetensors.SafetensorsFile;
import dev.tenon.models.safetensors.SampleSafetensors;
import dev.tenon.models.weights.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads damaged files and insists that each is either read or refused with a {@link TenonException}, in little time and
 * memory. Case {@code i} of a seed is the same on every machine, so that a failure can be run again alone.
 *
 * <p>Millions of cases, from the project's root:
 *
 * <pre>mvn -q -pl models -am test -Dtest=FormatFuzzTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dtenon.fuzz.seed=7 -Dtenon.fuzz.count=5000000</pre>
 */
final class FormatFuzz {
    /** A case takes some 20 microseconds; a pause of the collector or the machine may add much to one. */
    private static final long MOST_NANOSECONDS = 5_000_000_000L;

    /** The largest case has 16 KiB. */
    private static final long MOST_BYTES = 16L << 20;

    private static final String INDEX = "{\"metadata\":{\"total_size\":24},\"weight_map\":{\"matrix\":"
            + "\"model.safetensors\",\"bias\":\"model.safetensors\",\"odd\":\"model.safetensors\"}}";

    private final byte[] gguf = SampleGguf.bytes();
    private final byte[] safetensors = SampleSafetensors.bytes();
    private final AllocationMeter meter = new AllocationMeter();
    private final Path folder;
    private final long seed;
    private long read;
    private long refused;
    private long sum;

    /** What is read; every 256th case goes through a real file. */
    enum Format {
        GGUF,
        SAFETENSORS,
        SHARD_INDEX
    }

    /**
     * @param folder for the cases that go through files
     */
    FormatFuzz(long seed, Path folder) {
        this.seed = seed;
        this.folder = folder;
        write(folder.resolve("model.safetensors"), safetensors);
    }

    /** How many cases were read without an error. */
    long read() {
        return read;
    }

    /** How many cases were refused. */
    long refused() {
        return refused;
    }

    /**
     * Runs one case.
     *
     * @throws AssertionError naming the seed and the case if anything but success or a {@link TenonException} comes out
     */
    void run(Format format, long index) {
        Mutator mutator = new Mutator(seed * 0x9E37_79B9_7F4A_7C15L + index * 3 + format.ordinal());
        byte[] bytes = bytes(format, mutator);
        boolean throughFile = format == Format.SHARD_INDEX || index % 256 == 0;
        long startBytes = meter.allocated();
        long start = System.nanoTime();
        try (TensorSource source = open(format, bytes, throughFile)) {
            use(source);
            read++;
        } catch (TenonException e) {
            refused++;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(describe(format, index) + " ended in " + e, e);
        }
        long nanoseconds = System.nanoTime() - start;
        long allocated = meter.allocated() - startBytes;
        if (nanoseconds > MOST_NANOSECONDS || allocated > MOST_BYTES + 4L * bytes.length) {
            throw new AssertionError(
                    describe(format, index) + " took " + nanoseconds / 1_000_000 + " ms and " + allocated + " bytes");
        }
    }

    private String describe(Format format, long index) {
        return format + " seed " + seed + " case " + index;
    }

    private byte[] bytes(Format format, Mutator mutator) {
        return switch (format) {
            case GGUF -> mutator.mutate(gguf);
            case SAFETENSORS ->
                mutator.below(3) == 0 ? mutator.mutate(safetensors) : mutator.mutateJson(safetensors, Long.BYTES);
            case SHARD_INDEX -> mutator.mutateJson(INDEX.getBytes(StandardCharsets.UTF_8), 0);
        };
    }

    private TensorSource open(Format format, byte[] bytes, boolean throughFile) {
        if (!throughFile) {
            MemorySegment segment = MemorySegment.ofArray(bytes);
            return format == Format.GGUF ? GgufFile.of(segment, "fuzz") : SafetensorsFile.of(segment, "fuzz");
        }
        return switch (format) {
            case GGUF -> GgufFile.open(write(folder.resolve("fuzz.gguf"), bytes));
            case SAFETENSORS -> SafetensorsFile.open(write(folder.resolve("fuzz.safetensors"), bytes));
            case SHARD_INDEX -> SafetensorsFile.open(write(folder.resolve("fuzz.index.json"), bytes));
        };
    }

    private static Path write(Path path, byte[] bytes) {
        try {
            return Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looks at everything that a file claims to hold. */
    private void use(TensorSource source) {
        for (String name : source.names()) {
            MemorySegment data = source.data(name);
            if (data.byteSize() != source.info(name).byteSize()) {
                throw new AssertionError("tensor " + name + " has " + data.byteSize() + " bytes");
            }
            if (data.byteSize() > 0) {
                sum += data.get(ValueLayout.JAVA_BYTE, 0) + data.get(ValueLayout.JAVA_BYTE, data.byteSize() - 1);
            }
            try {
                sum += source.info(name).dtype().bytes(source.info(name).shape().elements()) - data.byteSize();
            } catch (TenonException e) {
                sum++;
            }
        }
        if (source instanceof GgufFile file) {
            for (String key : file.metadata().keys()) {
                use(file.metadata().find(key).orElseThrow());
            }
        }
    }

    private void use(GgufValue value) {
        sum += value.toString().length();
        if (value instanceof GgufArray array) {
            if (array.elementType() == GgufValueType.STRING) {
                array.strings().forEach(string -> sum += string.length());
            }
            for (long i = 0; i < array.length(); i++) {
                switch (array.elementType()) {
                    case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> sum += array.integer(i);
                    case FLOAT32, FLOAT64 -> sum += (long) array.number(i);
                    case BOOL -> sum += array.bool(i) ? 1 : 0;
                    case STRING -> sum += array.string(i).length();
                    case ARRAY -> use(array.array(i));
                }
            }
        }
    }
}
