package dev.tenon.cli;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.models.gguf.GgufWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A small language model of random weights, in a file: what it says is noise, but saying it takes the code that a real
 * model takes. Each layer has its weights in another type.
 */
final class WarmUpModel {
    /** The types that models are mostly published in. */
    private static final List<DType> LAYER_TYPES =
            List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q4_1, DType.Q4_K, DType.Q6_K);

    /** A whole number of the largest blocks, those of 256 elements. */
    private static final int WIDTH = 256;

    private static final int FEED_FORWARD = 512;
    private static final int HEADS = 4;
    private static final int KEY_HEADS = 2;

    private final Device device;
    private final GgufWriter writer = new GgufWriter();
    private final SplittableRandom random = new SplittableRandom(1);

    private WarmUpModel(Device device) {
        this.device = device;
    }

    static void write(Path path, Device device) {
        try (Scope scope = Scope.open()) {
            WarmUpModel model = new WarmUpModel(device);
            model.keys();
            model.tokenizer();
            model.weights();
            model.writer.write(path);
        }
    }

    private void keys() {
        writer.put("general.architecture", "llama")
                .put("general.name", "warm-up")
                .putCount("llama.block_count", LAYER_TYPES.size())
                .putCount("llama.context_length", 512)
                .putCount("llama.embedding_length", WIDTH)
                .putCount("llama.feed_forward_length", FEED_FORWARD)
                .putCount("llama.attention.head_count", HEADS)
                .putCount("llama.attention.head_count_kv", KEY_HEADS)
                .putFloat("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .putFloat("llama.rope.freq_base", 10000);
    }

    /** A byte-level vocabulary with a few merges. */
    private void tokenizer() {
        List<String> tokens = new ArrayList<>();
        int moved = 256;
        for (int value = 0; value < 256; value++) {
            // GPT-2's alphabet: bytes that print stand for themselves, the others for code points from 256 on.
            boolean prints = (value >= 33 && value <= 126) || (value >= 161 && value != 173);
            tokens.add(Character.toString(prints ? value : moved));
            moved += prints ? 0 : 1;
        }
        List<String> merges = List.of("t h", "th e", "i n", "a n", "an d", "Ġ the", "Ġ and");
        merges.forEach(merge -> tokens.add(merge.replace(" ", "")));
        int end = tokens.size();
        tokens.add("<|end|>");
        writer.put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", "gpt-2")
                .putStrings("tokenizer.ggml.tokens", tokens)
                .putStrings("tokenizer.ggml.merges", merges)
                .putCount("tokenizer.ggml.bos_token_id", end)
                .putCount("tokenizer.ggml.eos_token_id", end)
                .put(
                        "tokenizer.chat_template",
                        "{% for message in messages %}{{ message['role'] + ': ' + message['content'] | trim }}\n"
                                + "{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}");
        matrix("token_embd", DType.Q8_0, tokens.size(), WIDTH);
    }

    private void weights() {
        int keyWidth = WIDTH / HEADS * KEY_HEADS;
        for (int layer = 0; layer < LAYER_TYPES.size(); layer++) {
            DType type = LAYER_TYPES.get(layer);
            String block = "blk." + layer + ".";
            ones(block + "attn_norm");
            matrix(block + "attn_q", type, WIDTH, WIDTH);
            matrix(block + "attn_k", type, keyWidth, WIDTH);
            matrix(block + "attn_v", type, keyWidth, WIDTH);
            matrix(block + "attn_output", type, WIDTH, WIDTH);
            ones(block + "ffn_norm");
            matrix(block + "ffn_gate", type, FEED_FORWARD, WIDTH);
            matrix(block + "ffn_up", type, FEED_FORWARD, WIDTH);
            matrix(block + "ffn_down", type, WIDTH, FEED_FORWARD);
        }
        ones("output_norm");
    }

    private void matrix(String name, DType type, long rows, long columns) {
        float[] values = new float[Math.toIntExact(rows * columns)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-0.1, 0.1);
        }
        add(name, Tensor.of(device, values, rows, columns).cast(type));
    }

    private void ones(String name) {
        add(name, Tensor.full(device, DType.F32, 1, WIDTH));
    }

    private void add(String name, Tensor tensor) {
        long bytes = tensor.dtype().bytes(tensor.shape().elements());
        writer.tensor(
                name + ".weight",
                tensor.shape(),
                tensor.dtype(),
                tensor.segment().asSlice(0, bytes));
    }
}
