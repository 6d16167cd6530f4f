package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderCommandTest {
    private static final String MESSAGES = "[{\"role\": \"user\", \"content\": \"hé\"}]";

    @TempDir
    private Path folder;

    private Path template;

    @BeforeEach
    void writeTemplate() throws IOException {
        template = file(
                "template.jinja",
                "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
                        + "{% if tools %}[{{ tools | length }}]{% endif %}{% if documents %}({{ documents[0].t }}){% endif %}"
                        + "{{ mood }}{% if add_generation_prompt %}>>{% endif %}");
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void messagesFromAFileOrStandardInput() throws Exception {
        Path messages = file("messages.json", MESSAGES);
        assertEquals(new CommandRun(0, "<user>hé>>", ""), CommandRun.of("render", template, messages));
        assertEquals(new CommandRun(0, "<user>hé>>", ""), CommandRun.with(MESSAGES, "render", template));
    }

    @Test
    void jsonIsThePrompt() {
        CommandRun run = CommandRun.with(MESSAGES, "render", template, "--json");
        assertEquals(List.of("prompt"), run.names());
        assertEquals("<user>hé>>", run.json().get("prompt"));
    }

    @Test
    void anObjectBringsVariablesToo() {
        String document = "{\"messages\": " + MESSAGES + ", \"tools\": [{}, {}], \"documents\": [{\"t\": 7}],"
                + " \"add_generation_prompt\": false, \"mood\": \"!\"}";
        assertEquals(
                "<user>hé[2](7)!", CommandRun.with(document, "render", template).out());
    }

    @Test
    void optionsSetVariablesToo() throws Exception {
        Path tools = file("tools.json", "[{}]");
        CommandRun run = CommandRun.with(
                MESSAGES,
                "render",
                template,
                "--tools",
                tools,
                "--no-generation-prompt",
                "--variable",
                "bos_token=<s>",
                "--variable",
                "mood=a=b");
        assertEquals("<s><user>hé[1]a=b", run.out());
    }

    @Test
    void aModelFileBringsItsTemplate() {
        assertEquals(
                "user:hé\n",
                CommandRun.with(MESSAGES, "render", TinyModel.in(folder)).out());
        Path plain = TinyModel.write(folder.resolve("plain.gguf"), false);
        assertRefused("has no chat template", CommandRun.with(MESSAGES, "render", plain));
    }

    @Test
    void whatCannotBeRenderedIsOneLine() throws Exception {
        Path broken = file("broken.jinja", "{% if %}");
        Path raising = file("raising.jinja", "{{ raise_exception('only users') }}");
        assertRefused("broken.jinja", CommandRun.with(MESSAGES, "render", broken));
        assertRefused("only users", CommandRun.with(MESSAGES, "render", raising));
        assertRefused("none.jinja", CommandRun.with(MESSAGES, "render", folder.resolve("none.jinja")));
        assertRefused("none.json", CommandRun.of("render", template, folder.resolve("none.json")));
        for (String bad : List.of("", "[{]", "3", "[3]", "{\"messages\": {}}", "{}", "[".repeat(100_000))) {
            CommandRun run = CommandRun.with(bad, "render", template);
            assertRefused("standard input: JSON", run);
        }
    }

    private static void assertRefused(String part, CommandRun run) {
        assertEquals(1, run.status(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("tenon: ") && run.err().contains(part), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
