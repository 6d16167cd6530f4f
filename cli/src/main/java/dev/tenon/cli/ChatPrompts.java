package dev.tenon.cli;

import dev.tenon.models.chat.ChatMessage;
import dev.tenon.models.chat.ChatRequest;
import dev.tenon.models.chat.ChatTemplate;
import dev.tenon.models.generate.LanguageModel;
import dev.tenon.models.tokenizer.EncodeOptions;
import dev.tenon.models.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conversations as the prompts that a model was trained on. */
final class ChatPrompts {
    private final ChatTemplate template;
    private final Tokenizer tokenizer;

    private ChatPrompts(ChatTemplate template, Tokenizer tokenizer) {
        this.template = template;
        this.tokenizer = tokenizer;
    }

    /** @throws CommandException if the model's file has no chat template */
    static ChatPrompts of(LanguageModel model) {
        ChatTemplate template = model.chatTemplate()
                .orElseThrow(() -> new CommandException(1, "the model's file has no chat template"));
        return new ChatPrompts(template, model.tokenizer());
    }

    /** A user's message, after a system message where there is one. */
    static List<ChatMessage> conversation(@Nullable String system, String user) {
        List<ChatMessage> messages = new ArrayList<>();
        if (system != null) {
            messages.add(ChatMessage.system(system));
        }
        messages.add(ChatMessage.user(user));
        return messages;
    }

    /** The ids of a conversation that the model is to answer. */
    int[] ids(List<ChatMessage> messages) {
        return tokenizer.encode(template.render(ChatRequest.of(messages)), EncodeOptions.RENDERED);
    }
}
