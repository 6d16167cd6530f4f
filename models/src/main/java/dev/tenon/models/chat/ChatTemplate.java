package dev.tenon.models.chat;

import dev.tenon.models.chat.jinja.JinjaTemplate;
import dev.tenon.models.chat.jinja.Limits;
import dev.tenon.models.gguf.GgufMetadata;
import dev.tenon.models.tokenizer.SpecialTokens;
import dev.tenon.models.tokenizer.Tokenizer;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template. Immutable; one object serves many threads.
 *
 * <p>Templates are Jinja, rendered as transformers does: in its sandbox, with the same functions and filters. They come
 * with model files, so what they may do is bounded: an endless or greedy one ends in an error.
 */
public final class ChatTemplate {
    private static final String KEY = "tokenizer.chat_template";

    private final String name;
    private final String source;
    private final JinjaTemplate template;
    private final Map<String, String> tokens;

    private ChatTemplate(String name, String source, JinjaTemplate template, Map<String, String> tokens) {
        this.name = name;
        this.source = source;
        this.template = template;
        this.tokens = tokens;
    }

    /**
     * @param name for errors, such as a file's name
     * @param tokens the texts of special tokens that the template may print, such as {@code bos_token}
     * @throws ChatTemplateException if the source is not a template
     */
    public static ChatTemplate parse(String name, String source, Map<String, String> tokens) {
        try {
            return new ChatTemplate(name, source, JinjaTemplate.parse(source), Map.copyOf(tokens));
        } catch (JinjaTemplate.LocatedError e) {
            throw error(name, e);
        }
    }

    /**
     * The template of a GGUF file, with the special tokens of its vocabulary; empty where the file has none.
     *
     * @throws ChatTemplateException if it has one that is no template
     */
    public static Optional<ChatTemplate> read(GgufMetadata metadata, Tokenizer tokenizer) {
        if (!metadata.has(KEY)) {
            return Optional.empty();
        }
        return Optional.of(parse(KEY, metadata.string(KEY), tokens(tokenizer)));
    }

    /** The texts of a tokenizer's special tokens, by the names that templates use. */
    public static Map<String, String> tokens(Tokenizer tokenizer) {
        SpecialTokens special = tokenizer.special();
        Map<String, String> tokens = new LinkedHashMap<>();
        put(tokens, "bos_token", special.bos(), tokenizer);
        put(tokens, "eos_token", special.eos(), tokenizer);
        put(tokens, "unk_token", special.unknown(), tokenizer);
        put(tokens, "sep_token", special.separator(), tokenizer);
        put(tokens, "pad_token", special.padding(), tokenizer);
        put(tokens, "mask_token", special.mask(), tokenizer);
        return tokens;
    }

    private static void put(Map<String, String> tokens, String name, int id, Tokenizer tokenizer) {
        if (id != SpecialTokens.NONE) {
            tokens.put(name, tokenizer.vocabulary().text(id));
        }
    }

    /**
     * The text of a prompt. It holds the model's special tokens by name: encode it with {@code EncodeOptions.RENDERED}.
     *
     * @throws ChatTemplateException.Raised if the template refuses the conversation
     * @throws ChatTemplateException.LimitExceeded if it does too much
     * @throws ChatTemplateException if it fails otherwise
     */
    public String render(ChatRequest request) {
        return render(request, ZonedDateTime::now);
    }

    /** As {@link #render(ChatRequest)}, with the time that {@code strftime_now} tells. */
    public String render(ChatRequest request, Supplier<ZonedDateTime> clock) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>(tokens);
        variables.putAll(request.variables());
        variables.put(
                "messages", request.messages().stream().map(ChatMessage::fields).toList());
        variables.put("tools", request.tools());
        variables.put("documents", request.documents());
        variables.put("add_generation_prompt", request.addGenerationPrompt());
        return render(variables, clock, Limits.DEFAULT);
    }

    /**
     * What the template prints of any variables: null, truth values, numbers, strings, lists and maps of such.
     *
     * @throws ChatTemplateException as {@link #render(ChatRequest)}
     */
    public String render(Map<String, ? extends @Nullable Object> variables) {
        return render(variables, ZonedDateTime::now, Limits.DEFAULT);
    }

    private String render(
            Map<String, ? extends @Nullable Object> variables, Supplier<ZonedDateTime> clock, Limits limits) {
        try {
            return template.render(variables, limits, clock);
        } catch (JinjaTemplate.LocatedError e) {
            throw error(name, e);
        }
    }

    private static ChatTemplateException error(String name, JinjaTemplate.LocatedError e) {
        String detail = e.error().detail();
        if (e.raised()) {
            return new ChatTemplateException.Raised(name, e.line(), detail, e.error());
        }
        if (e.limit()) {
            return new ChatTemplateException.LimitExceeded(name, e.line(), detail, e.error());
        }
        return new ChatTemplateException(name, e.line(), e.error().type(), detail, e.error());
    }

    /** The template's text. */
    public String source() {
        return source;
    }
}
