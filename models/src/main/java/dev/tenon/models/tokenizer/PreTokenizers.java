package dev.tenon.models.tokenizer;

import dev.tenon.error.InvalidArgumentException;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What each value of GGUF's {@code tokenizer.ggml.pre} means: how words are cut and what else goes with the name. */
public final class PreTokenizers {
    /** What a name stands for. */
    record PreTokenizer(SplitRule rule, boolean ignoreMerges, boolean addBos) {}

    private static final Map<String, PreTokenizer> BY_NAME = new HashMap<>();

    static {
        plain(SplitRule.DEFAULT, "default");
        plain(SplitRule.GPT2, "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de");
        plain(SplitRule.GPT2, "a.x-4.0", "mellum", "modern-bert", "mpt", "olmo", "jais", "trillion", "exaone4");
        plain(SplitRule.GPT2, "granite-docling", "jina-v1-en", "jina-v2-code", "roberta-bpe");
        add(new PreTokenizer(SplitRule.LLAMA3, true, true), "llama3", "llama-v3", "llama-bpe", "falcon3");
        add(new PreTokenizer(SplitRule.LLAMA3, true, true), "falcon-h1", "pixtral", "midm-2.0", "lfm2");
        add(new PreTokenizer(SplitRule.LLAMA3, true, true), "jina-v5-nano");
        plain(SplitRule.LLAMA3, "dbrx", "smaug-bpe", "chatglm-bpe");
        whole(SplitRule.LLAMA3, "glm4", "glm5");
        plain(SplitRule.JAIS2, "jais-2");
        plain(SplitRule.QWEN2, "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "hunyuan", "megrez");
        plain(SplitRule.QWEN2, "solar-open", "grok-2");
        plain(SplitRule.QWEN35, "qwen35");
        plain(SplitRule.STARCODER, "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b");
        plain(SplitRule.STARCODER, "mellum2");
        plain(SplitRule.FALCON, "falcon");
        plain(SplitRule.DEEPSEEK_LLM, "deepseek-llm");
        plain(SplitRule.DEEPSEEK_CODER, "deepseek-coder");
        plain(SplitRule.DEEPSEEK3, "deepseek-v3", "hunyuan-dense", "hy_v4", "joyai-llm");
        plain(SplitRule.SPARK, "spark2_5");
        whole(SplitRule.YOUTU, "youtu");
        plain(SplitRule.BLOOM, "poro-chat", "bloom", "gpt3-finnish");
        plain(SplitRule.VIKING, "viking");
        add(new PreTokenizer(SplitRule.TEKKEN, true, true), "tekken");
        plain(SplitRule.GPT4O, "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2");
        whole(SplitRule.GPT4O, "granite-embed-multi-97m");
        plain(SplitRule.TINY_AYA, "tiny_aya", "cohere2moe");
        plain(SplitRule.KIMI_K2, "kimi-k2");
        add(new PreTokenizer(SplitRule.CHAMELEON, false, true), "chameleon");
        plain(SplitRule.SUPERBPE, "superbpe");
        plain(SplitRule.BAILING, "bailingmoe", "bailingmoe2", "llada-moe");
        plain(SplitRule.SEED_CODER, "seed-coder");
        plain(SplitRule.AFMOE, "afmoe");
        plain(SplitRule.LAGUNA, "laguna");
        plain(SplitRule.EXAONE_MOE, "exaone-moe");
        whole(SplitRule.MINICPM5, "minicpm5");
        plain(SplitRule.UFAKZEKA, "ufakzeka");
        add(new PreTokenizer(SplitRule.LINES, false, true), "gemma4", "granite-embed-multi-311m");
        plain(SplitRule.LINES, "sarvam-moe");
        // Not GGUF's: what tokenizer.json can ask for besides.
        plain(SplitRule.NONE, "none");
        plain(SplitRule.METASPACE, "metaspace");
    }

    private PreTokenizers() {}

    /** The names there are, sorted. */
    public static SortedSet<String> names() {
        return new TreeSet<>(BY_NAME.keySet());
    }

    /**
     * @throws InvalidArgumentException if the name is unknown: guessing would give other tokens than the model was
     *     trained on, without a sign of it
     */
    static PreTokenizer named(String name) {
        @Nullable PreTokenizer found = BY_NAME.get(name);
        if (found == null) {
            throw new InvalidArgumentException("unknown pre-tokenizer \"" + name + "\"; known are " + names());
        }
        return found;
    }

    private static void plain(SplitRule rule, String... names) {
        add(new PreTokenizer(rule, false, false), names);
    }

    private static void whole(SplitRule rule, String... names) {
        add(new PreTokenizer(rule, true, false), names);
    }

    private static void add(PreTokenizer preTokenizer, String... names) {
        for (String name : names) {
            BY_NAME.put(name, preTokenizer);
        }
    }
}
