/**
 * Tokenizers built from a model file's own vocabulary, or from the {@code tokenizer.json} beside it: byte-level BPE,
 * SentencePiece BPE and unigram, WordPiece.
 *
 * <p>{@link dev.tenon.models.tokenizer.TokenizerSpec} says what a tokenizer is made of, {@link
 * dev.tenon.models.tokenizer.Tokenizer} encodes and decodes, {@link dev.tenon.models.tokenizer.Detokenizer} decodes a
 * token at a time.
 *
 * <p>Why this is written here rather than taken from a library: a GGUF file holds the vocabulary, scores, merges and
 * the name of a pre-tokenizer, but no tokenizer program of its own. The libraries for the JVM read other formats
 * (tokenizer.json through native code, SentencePiece's protobuf, fixed OpenAI vocabularies), and none splits text by
 * GGUF's pre-tokenizer names.
 */
@NullMarked
package dev.tenon.models.tokenizer;

import org.jspecify.annotations.NullMarked;
