/** Model files, tokenizers, chat templates, decoder models, caches and sampling. */
module dev.tenon.models {
    requires transitive dev.tenon.runtime;
    requires static org.jspecify;
    requires tools.jackson.core;

    exports dev.tenon.models.cache;
    exports dev.tenon.models.decoder;
    exports dev.tenon.models.generate;
    exports dev.tenon.models.chat;
    exports dev.tenon.models.gguf;
    exports dev.tenon.models.safetensors;
    exports dev.tenon.models.sampling;
    exports dev.tenon.models.tokenizer;
    exports dev.tenon.models.weights;
}
