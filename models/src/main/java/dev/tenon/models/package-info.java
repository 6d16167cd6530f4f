/** Model files, tokenizers, chat templates, decoder models, caches and sampling. */
@NullMarked
package dev.tenon.models;

import org.jspecify.annotations.NullMarked;
