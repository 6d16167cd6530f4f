package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.RopeFrequencies;
import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The small tensors that every step of a session reads: rotary frequencies for its context, and scalars. */
final class StepConstants implements AutoCloseable {
    /** A layer's rotary embedding on the device. */
    record Turn(Tensor frequencies, float magnitude) {}

    private final Device device;
    private final List<Tensor> made = new ArrayList<>();
    private final List<Optional<Turn>> turns = new ArrayList<>();
    private final Tensor embeddingScale;
    private final Tensor logitSoftCap;

    StepConstants(Device device, DecoderConfiguration configuration, SessionSizes sizes) {
        this.device = device;
        Map<RopeConfiguration, Turn> known = new HashMap<>();
        for (int i = 0; i < configuration.layers(); i++) {
            turns.add(configuration
                    .rope(i)
                    .map(rope -> known.computeIfAbsent(rope, each -> turn(each.frequencies(sizes.context())))));
        }
        embeddingScale = make(configuration.embeddingScale(), sizes.activations());
        logitSoftCap = make(configuration.logitSoftCap());
    }

    private Turn turn(RopeFrequencies frequencies) {
        return new Turn(make(frequencies.toFloatArray()), frequencies.magnitude());
    }

    private Tensor make(float... values) {
        Tensor tensor = Tensor.of(device, values, values.length);
        made.add(tensor);
        return tensor;
    }

    /** What a tensor of a type is multiplied by. */
    private Tensor make(float value, DType type) {
        if (type == DType.F32) {
            return make(value);
        }
        Tensor tensor = Tensor.of(device, new float[] {value}, 1).cast(type);
        made.add(tensor);
        return tensor;
    }

    /** A layer's rotary embedding, if it has one. */
    Optional<Turn> turn(int layer) {
        return turns.get(layer);
    }

    Tensor embeddingScale() {
        return embeddingScale;
    }

    Tensor logitSoftCap() {
        return logitSoftCap;
    }

    @Override
    public void close() {
        made.forEach(Tensor::close);
    }
}
