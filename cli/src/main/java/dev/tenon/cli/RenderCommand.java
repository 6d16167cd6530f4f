package dev.tenon.cli;

import dev.tenon.error.MalformedFileException;
import dev.tenon.models.chat.ChatMessage;
import dev.tenon.models.chat.ChatRequest;
import dev.tenon.models.chat.ChatTemplate;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.tokenizer.GgufTokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** {@code tenon render}. */
@Command(
        name = "render",
        description = {
            "Print the prompt that a chat template makes of messages.",
            "MESSAGES is a JSON list of messages, or an object with a list 'messages' and, where the template reads them,"
                    + " 'tools', 'documents', 'add_generation_prompt' and any other variables."
        })
final class RenderCommand extends TenonCommand {
    @Parameters(index = "0", paramLabel = "TEMPLATE", description = "A Jinja file, or a GGUF file with a template.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path template;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "MESSAGES",
            description = "A JSON file; without it standard input is read.")
    private @Nullable Path messages;

    @Option(names = "--tools", paramLabel = "FILE", description = "A JSON list of the tools that may be called.")
    private @Nullable Path tools;

    @Option(names = "--no-generation-prompt", description = "Do not end with the start of the model's answer.")
    private boolean noGenerationPrompt;

    @Option(
            names = "--variable",
            paramLabel = "NAME=VALUE",
            description = "Another variable of the template, such as bos_token; may be given many times.")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Override
    void execute() {
        ChatTemplate parsed = template();
        String source = messages == null ? "standard input" : messages.toString();
        Object document = json(source, Prompts.read(null, messages));
        ChatRequest request = request(source, document);
        if (tools != null) {
            request = request.withTools(objects(tools.toString(), json(tools.toString(), Prompts.read(null, tools))));
        }
        if (noGenerationPrompt) {
            request = request.withGenerationPrompt(false);
        }
        for (Map.Entry<String, String> each : variables.entrySet()) {
            request = request.withVariable(each.getKey(), each.getValue());
        }
        String prompt = parsed.render(request);
        if (isJson()) {
            printJson(Map.of("prompt", prompt));
        } else {
            out().print(prompt);
            out().flush();
        }
    }

    private ChatTemplate template() {
        if (template.toString().toLowerCase(Locale.ROOT).endsWith(".gguf")) {
            try (GgufFile file = GgufFile.open(template)) {
                return ChatTemplate.read(file.metadata(), GgufTokenizer.read(file.metadata()))
                        .orElseThrow(() -> new CommandException(1, template + ": has no chat template"));
            }
        }
        String text = new String(Prompts.bytes(template, Long.MAX_VALUE), StandardCharsets.UTF_8);
        return ChatTemplate.parse(template.toString(), text, Map.of());
    }

    private static Object json(String source, String text) {
        try {
            return JsonMapper.shared().readValue(text, Object.class);
        } catch (JacksonException e) {
            throw new MalformedFileException(
                    source,
                    "JSON",
                    e.getLocation() == null ? -1 : e.getLocation().getByteOffset(),
                    e.getOriginalMessage(),
                    e);
        }
    }

    private static ChatRequest request(String source, Object document) {
        if (!(document instanceof Map<?, ?> map)) {
            return ChatRequest.of(messages(source, document));
        }
        ChatRequest request = ChatRequest.of(messages(source, map.get("messages")));
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = String.valueOf(entry.getKey());
            Object value = entry.getValue();
            request = switch (name) {
                case "messages" -> request;
                case "tools" -> value == null ? request : request.withTools(objects(source, value));
                case "documents" ->
                    new ChatRequest(
                            request.messages(),
                            request.tools(),
                            value == null ? null : objects(source, value),
                            request.addGenerationPrompt(),
                            request.variables());
                case "add_generation_prompt" -> request.withGenerationPrompt(Boolean.TRUE.equals(value));
                default -> request.withVariable(name, value);
            };
        }
        return request;
    }

    private static List<ChatMessage> messages(String source, @Nullable Object list) {
        return objects(source, list).stream().map(ChatMessage::new).toList();
    }

    private static List<Map<String, Object>> objects(String source, @Nullable Object value) {
        List<Map<String, Object>> objects = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> map) {
                    Map<String, Object> copy = new LinkedHashMap<>();
                    map.forEach((name, field) -> copy.put(String.valueOf(name), field));
                    objects.add(copy);
                }
            }
            if (objects.size() == list.size()) {
                return objects;
            }
        }
        throw new MalformedFileException(source, "JSON", -1, "should be a list of objects");
    }
}
