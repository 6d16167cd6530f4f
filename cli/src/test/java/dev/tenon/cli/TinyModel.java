package dev.tenon.cli;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.models.gguf.GgufWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A language model whose text can be foretold: tokens are bytes, and each is most likely followed by the next byte, but 'z'
 * and '9' by the end of the text and a line end by '1'. So {@code "v"} is followed by {@code "wxyz"}, and a chat is
 * answered with {@code "123456789"}. The layers between embedding and output add nothing.
 */
final class TinyModel {
    static final int END = 256;
    static final int VOCABULARY = 257;
    /** By how much the likely next token's logit is over all others', which are 0. */
    static final double MARGIN = 4;

    static final String TEMPLATE =
            "{% for message in messages %}{{ message.role ~ ':' ~ message.content }}\n{% endfor %}";

    private static final int WIDTH = 288;
    private static final float EPSILON = 1e-6f;

    private TinyModel() {}

    /** Writes it into a folder. */
    static Path in(Path folder) {
        return write(folder.resolve("tiny.gguf"), true);
    }

    static Path write(Path path, boolean chat) {
        return write(path, chat, 1);
    }

    static Path write(Path path, boolean chat, int layers) {
        GgufWriter writer = new GgufWriter()
                .put("general.architecture", "llama")
                .put("general.name", "tiny")
                .putCount("llama.block_count", layers)
                .putCount("llama.context_length", 128)
                .putCount("llama.embedding_length", WIDTH)
                .putCount("llama.feed_forward_length", 32)
                .putCount("llama.attention.head_count", 3)
                .putCount("llama.attention.head_count_kv", 3)
                .putFloat("llama.attention.layer_norm_rms_epsilon", EPSILON)
                .put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", "gpt-2")
                .putStrings("tokenizer.ggml.tokens", tokens())
                .putStrings("tokenizer.ggml.merges", List.of())
                .putCount("tokenizer.ggml.bos_token_id", END)
                .putCount("tokenizer.ggml.eos_token_id", END);
        if (chat) {
            writer.put("tokenizer.chat_template", TEMPLATE);
        }
        matrix(writer, "token_embd.weight", VOCABULARY, WIDTH, identity());
        matrix(writer, "output.weight", VOCABULARY, WIDTH, successors());
        norm(writer, "output_norm");
        for (int i = 0; i < layers; i++) {
            String layer = "blk." + i + ".";
            norm(writer, layer + "attn_norm");
            norm(writer, layer + "ffn_norm");
            for (String square : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
                matrix(writer, layer + square + ".weight", WIDTH, WIDTH, Map.of());
            }
            matrix(writer, layer + "ffn_gate.weight", 32, WIDTH, Map.of());
            matrix(writer, layer + "ffn_up.weight", 32, WIDTH, Map.of());
            matrix(writer, layer + "ffn_down.weight", WIDTH, 32, Map.of());
        }
        writer.write(path);
        return path;
    }

    private static List<String> tokens() {
        List<String> tokens = new ArrayList<>();
        int moved = 256;
        for (int value = 0; value < 256; value++) {
            boolean prints = (value >= '!' && value <= '~') || (value >= 161 && value != 173);
            tokens.add(Character.toString(prints ? value : moved++));
        }
        tokens.add("<|end|>");
        return tokens;
    }

    private static Map<Integer, Float> identity() {
        Map<Integer, Float> entries = new java.util.HashMap<>();
        for (int token = 0; token < VOCABULARY; token++) {
            entries.put(token * WIDTH + token, 1f);
        }
        return entries;
    }

    /** One entry a column: the norm makes the square root of the width of an embedding's 1. */
    private static Map<Integer, Float> successors() {
        double norm = 1 / Math.sqrt(1.0 / WIDTH + EPSILON);
        Map<Integer, Float> entries = new java.util.HashMap<>();
        for (int token = 0; token < VOCABULARY; token++) {
            int next = token == 'z' || token == '9' ? END : token == '\n' ? '1' : (token + 1) % VOCABULARY;
            entries.put(next * WIDTH + token, (float) (MARGIN / norm));
        }
        return entries;
    }

    private static void norm(GgufWriter writer, String name) {
        float[] ones = new float[WIDTH];
        java.util.Arrays.fill(ones, 1);
        add(writer, name + ".weight", Shape.of(WIDTH), ones);
    }

    private static void matrix(GgufWriter writer, String name, int rows, int columns, Map<Integer, Float> entries) {
        float[] values = new float[rows * columns];
        entries.forEach((at, value) -> values[at] = value);
        add(writer, name, Shape.of(rows, columns), values);
    }

    private static void add(GgufWriter writer, String name, Shape shape, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        writer.tensor(name, shape, DType.F32, MemorySegment.ofArray(bytes.array()));
    }
}
