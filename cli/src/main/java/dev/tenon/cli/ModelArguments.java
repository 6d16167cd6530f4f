package dev.tenon.cli;

import dev.tenon.DType;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.decoder.SessionOptions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model to run, and with what cache. */
final class ModelArguments {
    private static final List<DType> CACHE_TYPES = List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0);

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "Model file (GGUF), or the name of one in the cache folder.")
    private @Nullable String model;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most tokens of prompt and text together; 0: the model's own, at most 4096.")
    private int context;

    @Option(
            names = "--cache-type",
            paramLabel = "TYPE",
            defaultValue = "F32",
            description = "Type of cached keys and values: F32, F16, BF16 or Q8_0 (${DEFAULT-VALUE}).")
    private DType cacheType = DType.F32;

    @Option(
            names = "--activations",
            paramLabel = "TYPE",
            defaultValue = "F32",
            description = "Type of activations: F32, or BF16 or F16, which let a GPU's tensor cores have attention and"
                    + " all products (${DEFAULT-VALUE}).")
    private DType activations = DType.F32;

    boolean isGiven() {
        return model != null;
    }

    Path path() {
        ModelFolder folder = ModelFolder.find();
        if (model == null) {
            throw folder.missing();
        }
        return folder.resolve(model);
    }

    /** @throws CommandException if the context is negative, or the cache or activations cannot have their type */
    SessionOptions session() {
        if (!CACHE_TYPES.contains(cacheType)) {
            throw new CommandException(2, "--cache-type must be one of " + CACHE_TYPES + ", not " + cacheType);
        }
        try {
            return SessionOptions.DEFAULT
                    .withContext(context)
                    .withCacheType(cacheType)
                    .withActivations(activations);
        } catch (InvalidArgumentException e) {
            throw CommandException.usage(e);
        }
    }
}
