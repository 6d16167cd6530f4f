/**
 * safetensors checkpoints, in one file or in shards: read in place and written. Source: the format's description in
 * the README of huggingface/safetensors.
 */
@NullMarked
package dev.tenon.models.safetensors;

import org.jspecify.annotations.NullMarked;
