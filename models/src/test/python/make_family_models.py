#!/usr/bin/env python3
"""Writes one tiny GGUF file for each family of decoder, with the logits that Hugging Face's code gives for it.

    python make_family_models.py ../resources/dev/tenon/models/decoder    # torch, transformers, gguf, numpy; offline

FamilyTest compares Tenon with what is written there. Made with transformers 5.23, torch 2.15 and gguf 0.19.

Models have random weights, large enough that attention and every nonlinearity matter, and are run in double precision.
Matrices are rounded to half precision first (but for one file), so that the files hold exactly what was run.
The token ids and the logits after each of them are two more tensors of the file, reference.ids and reference.logits.
"""
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from transformers import AutoModelForCausalLM
from transformers import (
    Gemma2Config, Gemma3TextConfig, GemmaConfig, GPT2Config, LlamaConfig, MistralConfig, Phi3Config, Qwen2Config,
    Qwen3Config)

VOCABULARY, TOKENS = 48, 40
COMMON = dict(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=128, initializer_range=0.35, attn_implementation="eager",
              bos_token_id=1, eos_token_id=2, pad_token_id=0)


def rope(kind, **more):
    return dict(rope_type=kind, rope_theta=10000.0, **more)


LONG = [1.0 + 0.5 * i for i in range(4)]
SHORT = [1.0 + 0.1 * i for i in range(4)]
CASES = {
    "llama": ("llama", LlamaConfig(**COMMON, tie_word_embeddings=False)),
    "llama-tied-bias": ("llama", LlamaConfig(**COMMON, tie_word_embeddings=True, attention_bias=True, mlp_bias=True)),
    "llama3": ("llama", LlamaConfig(**COMMON, rope_parameters=rope(
        "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32))),
    "llama-linear": ("llama", LlamaConfig(**COMMON, rope_parameters=rope("linear", factor=4.0))),
    "llama-yarn": ("llama", LlamaConfig(**COMMON, rope_parameters=rope(
        "yarn", factor=4.0, original_max_position_embeddings=32))),
    "mistral-window": ("llama", MistralConfig(**COMMON, sliding_window=8)),
    "qwen2": ("qwen2", Qwen2Config(**COMMON, tie_word_embeddings=True)),
    "qwen3": ("qwen3", Qwen3Config(**COMMON, head_dim=16)),
    "gemma": ("gemma", GemmaConfig(**COMMON, head_dim=16)),
    "gemma2": ("gemma2", Gemma2Config(**COMMON, head_dim=16, query_pre_attn_scalar=16, sliding_window=8,
                                      attn_logit_softcapping=3.0, final_logit_softcapping=5.0)),
    "gemma3": ("gemma3", Gemma3TextConfig(**{**COMMON, "num_hidden_layers": 7}, head_dim=16, query_pre_attn_scalar=16,
                                          sliding_window=8)),
    "phi3": ("phi3", Phi3Config(**COMMON, sliding_window=12)),
    "phi3-longrope": ("phi3", Phi3Config(**COMMON, original_max_position_embeddings=32, rope_parameters=rope(
        "longrope", long_factor=LONG, short_factor=SHORT, factor=4.0, original_max_position_embeddings=32))),
    "gpt2": ("gpt2", GPT2Config(vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=128,
                                initializer_range=0.35, attn_implementation="eager", bos_token_id=1, eos_token_id=2)),
}


def adjacent(weight, heads):
    """Rows of a rotary map reordered from halves to adjacent pairs, as Llama's GGUF files have them."""
    rows = weight.reshape(heads, 2, weight.shape[0] // heads // 2, -1)
    return rows.swapaxes(1, 2).reshape(weight.shape)


def write(path, arch, config, model):
    number = {v: k for k, v in gguf.MODEL_ARCH_NAMES.items()}[arch]
    writer = gguf.GGUFWriter(str(path), arch)
    get = lambda *names: next(getattr(config, n) for n in names if getattr(config, n, None) is not None)
    layers, heads = get("num_hidden_layers", "n_layer"), get("num_attention_heads", "n_head")
    writer.add_block_count(layers)
    writer.add_context_length(get("max_position_embeddings", "n_positions"))
    writer.add_embedding_length(get("hidden_size", "n_embd"))
    writer.add_feed_forward_length(getattr(config, "intermediate_size", None) or 4 * get("n_embd"))
    writer.add_head_count(heads)
    if arch == "gpt2":
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        if getattr(config, "head_dim", None):
            writer.add_key_length(config.head_dim)
            writer.add_value_length(config.head_dim)
        if getattr(config, "sliding_window", None):
            writer.add_sliding_window(config.sliding_window)
        if getattr(config, "attn_logit_softcapping", None):
            writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        if getattr(config, "final_logit_softcapping", None):
            writer.add_final_logit_softcapping(config.final_logit_softcapping)
        parameters = config.rope_parameters
        if arch == "gemma3":
            writer.add_rope_freq_base_swa(parameters["sliding_attention"]["rope_theta"])
            parameters = parameters["full_attention"]
        writer.add_rope_freq_base(parameters["rope_theta"])
        kind = parameters.get("rope_type", "default")
        if kind in ("linear", "yarn"):
            writer.add_rope_scaling_type(gguf.RopeScalingType(kind))
            writer.add_rope_scaling_factor(parameters["factor"])
        if kind in ("yarn", "longrope"):
            writer.add_rope_scaling_orig_ctx_len(parameters["original_max_position_embeddings"])
        divisors = None
        if kind == "llama3":
            # The ratio of plain to scaled frequencies is what converters write.
            plain = 1.0 / (10000.0 ** (np.arange(0, 8, 2) / 8))
            divisors = plain / model.model.rotary_emb.inv_freq.double().numpy()
            writer.add_tensor("rope_freqs.weight", divisors.astype(np.float32))
        if kind == "longrope":
            writer.add_rope_scaling_attn_factors(model.model.rotary_emb.attention_scaling)
            writer.add_tensor("rope_factors_long.weight", np.array(parameters["long_factor"], np.float32))
            writer.add_tensor("rope_factors_short.weight", np.array(parameters["short_factor"], np.float32))
    names = gguf.get_tensor_name_map(number, layers)
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = tensor.double().numpy()
        if arch == "gpt2" and name.endswith(("c_attn.weight", "c_proj.weight", "c_fc.weight")):
            values = values.T
        if arch.startswith("gemma") and name.endswith("norm.weight"):
            values = values + 1
        if arch == "llama" and ".q_proj." in name:
            values = adjacent(values, heads)
        if arch == "llama" and ".k_proj." in name:
            values = adjacent(values, config.num_key_value_heads)
        half = values.ndim == 2 and path.stem != "llama"
        name = names.get_name(name, (".weight", ".bias"))
        if half and path.stem == "qwen2":
            bits = np.ascontiguousarray(values, np.float32).view(np.uint32) >> 16
            writer.add_tensor(name, bits.astype(np.uint16), raw_dtype=gguf.GGMLQuantizationType.BF16)
        else:
            writer.add_tensor(name, np.ascontiguousarray(values, np.float16 if half else np.float32))

    ids = np.random.default_rng(7).integers(3, VOCABULARY, TOKENS)
    with torch.no_grad():
        logits = model(torch.tensor(ids)[None]).logits[0].numpy()
    writer.add_tensor("reference.ids", ids.astype(np.int32))
    writer.add_tensor("reference.logits", logits.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{path.name}: logits from {logits.min():.3f} to {logits.max():.3f}")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (arch, config) in CASES.items():
        torch.manual_seed(3)
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
        for parameter in model.parameters():
            if parameter.ndim == 1:
                # Norms start at 1 (or 0) and biases at 0, which would hide a misplaced one.
                parameter.data += 0.2 * torch.randn_like(parameter)
            elif name == "qwen2":
                parameter.data = parameter.data.bfloat16().float()
            elif name != "llama":
                parameter.data = parameter.data.half().float()
        write(folder / f"{name}.gguf", arch, config, model.double().eval())


main()
