package dev.tenon.models.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * The tokens that a {@code tokenizer.json} puts round a single text.
 *
 * @param begin before it, or {@link SpecialTokens#NONE}
 * @param end after it, or {@link SpecialTokens#NONE}
 */
record JsonTemplate(int begin, int end) {
    private static final JsonTemplate BARE = new JsonTemplate(SpecialTokens.NONE, SpecialTokens.NONE);

    static JsonTemplate read(JsonObject root, JsonVocabulary vocabulary) {
        return root.find("post_processor")
                .map(processor -> of(processor, vocabulary))
                .orElse(BARE);
    }

    private static JsonTemplate of(JsonObject processor, JsonVocabulary vocabulary) {
        return switch (processor.type()) {
            // It moves offsets alone.
            case "ByteLevel" -> BARE;
            case "BertProcessing", "RobertaProcessing" ->
                new JsonTemplate(named(processor, "cls", vocabulary), named(processor, "sep", vocabulary));
            case "TemplateProcessing" -> template(processor, vocabulary);
            case "Sequence" -> {
                List<JsonTemplate> templates = processor.objects("processors").stream()
                        .map(each -> of(each, vocabulary))
                        .filter(each -> !each.equals(BARE))
                        .toList();
                if (templates.size() > 1) {
                    throw processor.unsupported("more than one template");
                }
                yield templates.isEmpty() ? BARE : templates.getFirst();
            }
            default -> throw processor.unsupported("\"" + processor.type() + "\"");
        };
    }

    private static int named(JsonObject processor, String name, JsonVocabulary vocabulary) {
        List<?> pair = processor.list(name);
        if (pair.size() == 2 && pair.getFirst() instanceof String text) {
            return vocabulary.id(text, processor);
        }
        throw processor.malformed(name, "it should be a token and its id");
    }

    private static JsonTemplate template(JsonObject processor, JsonVocabulary vocabulary) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        int texts = 0;
        for (JsonObject piece : processor.objects("single")) {
            if (piece.has("Sequence")) {
                texts++;
            } else {
                String text = piece.object("SpecialToken").string("id");
                (texts == 0 ? before : after).add(vocabulary.id(text, processor));
            }
        }
        if (texts != 1 || before.size() > 1 || after.size() > 1) {
            throw processor.unsupported("a template of other than one text between two tokens");
        }
        return new JsonTemplate(
                before.isEmpty() ? SpecialTokens.NONE : before.getFirst(),
                after.isEmpty() ? SpecialTokens.NONE : after.getFirst());
    }
}
