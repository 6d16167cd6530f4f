package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.models.weights.TensorSource;
import dev.tenon.models.weights.WeightInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * What the parts of a model take, read from its file before anything is loaded: what a {@link DevicePlan} is made from.
 *
 * @param embeddingType of the table of tokens
 * @param embeddingBytes of the tables of tokens and, where they are learned, positions
 * @param layerBytes of each layer's weights
 * @param headBytes of the last norm and the output matrix; of the norm alone where the matrix is the embedding
 * @param tiedBytes of the embedding where it is the output matrix too, else 0
 */
public record ModelSize(
        DecoderConfiguration configuration,
        DType embeddingType,
        long embeddingBytes,
        List<Long> layerBytes,
        long headBytes,
        long tiedBytes) {
    public ModelSize {
        layerBytes = List.copyOf(layerBytes);
    }

    /** By GGUF's names. */
    static ModelSize of(TensorSource source, DecoderConfiguration configuration) {
        WeightInfo table = source.info(GgufWeights.EMBEDDING);
        List<Long> layers = new ArrayList<>();
        for (int i = 0; i < configuration.layers(); i++) {
            layers.add(bytes(source, GgufWeights.layerPrefix(i)));
        }
        boolean tied = source.find(GgufWeights.OUTPUT + ".weight").isEmpty();
        return new ModelSize(
                configuration,
                WeightLoader.type(source, table),
                table.byteSize() + bytes(source, GgufWeights.POSITIONS),
                layers,
                bytes(source, GgufWeights.OUTPUT_NORM) + bytes(source, GgufWeights.OUTPUT + "."),
                tied ? table.byteSize() : 0);
    }

    private static long bytes(TensorSource source, String prefix) {
        long sum = 0;
        for (String name : source.names()) {
            sum += name.startsWith(prefix) ? source.info(name).byteSize() : 0;
        }
        return sum;
    }

    public int layers() {
        return layerBytes.size();
    }

    /** Bytes of the weights of layers {@code from} to {@code to}, with the embedding and the output head where asked. */
    long weightBytes(int from, int to, boolean embedding, boolean head) {
        long sum = embedding ? embeddingBytes : 0;
        for (int i = from; i < to; i++) {
            sum += layerBytes.get(i);
        }
        return head ? sum + headBytes + (embedding ? 0 : tiedBytes) : sum;
    }
}
