/**
 * Chat templates: messages to the text of a prompt, as the model's own template says.
 *
 * <p>{@link dev.tenon.models.chat.ChatTemplate} is read from a model file or a text and renders a {@link
 * dev.tenon.models.chat.ChatRequest} exactly as Hugging Face's transformers does.
 */
@NullMarked
package dev.tenon.models.chat;

import org.jspecify.annotations.NullMarked;
