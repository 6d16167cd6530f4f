"""Holds the reference against PyTorch, NumPy and the gguf package (pip install torch numpy gguf).

Run by hand, from the repository's root, after `./test` or `mvn test-compile` has compiled the tests:

    CP=runtime-core/target/classes:backend-conformance/target/classes:backend-conformance/target/test-classes
    java -cp $CP:JSPECIFY_JAR dev.tenon.conformance.ReferenceDump /tmp/reference
    python backend-conformance/src/test/python/check_reference.py /tmp/reference

Everything is F64 but the conversions, so differences are those of two orders of summation: about 1e-14. It prints the
largest difference of each array, relative to the largest magnitude, and fails above 1e-11 (conversions: any difference).
"""

import sys
from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as F

folder = Path(sys.argv[1])
failures = []


def load(name):
    with np.load(folder / f"{name}.npz") as file:
        return {key: torch.from_numpy(file[key]) for key in file.files}


def report(name, ours, theirs, exact=False):
    ours, theirs = torch.as_tensor(ours).double(), torch.as_tensor(theirs).double()
    assert ours.shape == theirs.shape, f"{name}: {ours.shape} and {theirs.shape}"
    same = (ours == theirs) | (ours.isnan() & theirs.isnan())
    difference = torch.where(same, 0.0, (ours - theirs).abs()).max().item()
    finite = theirs[theirs.isfinite()]
    relative = difference / max(finite.abs().max().item() if finite.numel() else 1.0, 1e-300)
    bad = difference > 0 if exact else not relative < 1e-11
    if bad:
        failures.append(name)
    print(f"{name:34} {relative:10.2e}{'  WRONG' if bad else ''}")


def gradients(output, grad_output, *inputs):
    return torch.autograd.grad(output, inputs, grad_output)


def variable(tensor):
    return tensor.clone().requires_grad_(True)


ACTIVATIONS = {
    "NONE": lambda x: x,
    "RELU": torch.relu,
    "GELU": F.gelu,
    "GELU_TANH": lambda x: F.gelu(x, approximate="tanh"),
    "GELU_QUICK": lambda x: x * torch.sigmoid(1.702 * x),
    "SILU": F.silu,
    "SIGMOID": torch.sigmoid,
    "TANH": torch.tanh,
}
FUNCTIONS = {
    **{k: v for k, v in ACTIVATIONS.items() if k != "NONE"},
    "NEGATE": torch.neg,
    "ABS": torch.abs,
    "SIGN": torch.sign,
    "SQUARE": torch.square,
    "SQRT": torch.sqrt,
    "RSQRT": torch.rsqrt,
    "RECIPROCAL": torch.reciprocal,
    "EXP": torch.exp,
    "EXP2": torch.exp2,
    "EXPM1": torch.expm1,
    "LOG": torch.log,
    "LOG2": torch.log2,
    "LOG1P": torch.log1p,
    "SIN": torch.sin,
    "COS": torch.cos,
    "ERF": torch.erf,
    "SOFTPLUS": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "FLOOR": torch.floor,
    "CEIL": torch.ceil,
    "ROUND": torch.round,
}

for kind, function in FUNCTIONS.items():
    d = load(f"unary_{kind}")
    x = variable(d["in"])
    y = function(x)
    report(f"{kind}", d["out"], y.detach())
    (g,) = gradients(y, d["gradOut"], x)
    report(f"{kind} gradient", d["gradIn"], g)

for kind, function in ACTIVATIONS.items():
    d = load(f"gated_{kind}")
    gate, up = variable(d["gate"]), variable(d["up"])
    y = function(gate) * up
    report(f"gated {kind}", d["out"], y.detach())
    g, u = gradients(y, d["gradOut"], gate, up)
    report(f"gated {kind} gradient", torch.cat([d["gradGate"], d["gradUp"]]), torch.cat([g, u]))

for name, causal, window, cap in [
    ("attention_causal", True, 0, 0),
    ("attention_full_mask", False, 0, 0),
    ("attention_window", True, 5, 0),
    ("attention_cap", True, 7, 1.5),
]:
    d = load(name)
    q, k, v = variable(d["query"]), variable(d["key"]), variable(d["value"])
    groups = q.shape[1] // k.shape[1]
    wide_k, wide_v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    at = torch.arange(13)[:, None] + 20 - 13
    key = torch.arange(20)[None, :]
    hidden = torch.zeros(13, 20, dtype=torch.bool)
    if causal:
        hidden |= key > at
    if window:
        hidden |= key <= at - window
    bias = torch.zeros(13, 20, dtype=torch.float64).masked_fill(hidden, -torch.inf)
    if "mask" in d:
        bias = bias + d["mask"]
    scores = 0.25 * q @ wide_k.transpose(-1, -2)
    if cap:
        scores = cap * torch.tanh(scores / cap)
    scores = scores + bias
    out = scores.softmax(-1) @ wide_v
    report(name, d["out"], out.detach())
    report(f"{name} logSumExp", d["logSumExp"], scores.logsumexp(-1).detach())
    if not cap:
        theirs = F.scaled_dot_product_attention(q, wide_k, wide_v, attn_mask=bias, scale=0.25)
        report(f"{name} (torch's own)", d["out"], theirs.detach())
    for part, grad in zip(("Query", "Key", "Value"), gradients(out, d["gradOut"], q, k, v)):
        report(f"{name} grad{part}", d[f"grad{part}"], grad)

for pairing in ("ADJACENT", "HALVES"):
    d = load(f"rope_{pairing}")
    angle = d["positions"].double()[:, None] * d["frequencies"].double()[None, :]
    turn = torch.polar(torch.full_like(angle, 1.25), angle)[None, :, None, :]
    x, rest = d["in"][..., :16], d["in"][..., 16:]
    pairs = x.unflatten(-1, (8, 2)) if pairing == "ADJACENT" else x.unflatten(-1, (2, 8)).transpose(-1, -2)
    for name, factor in (("out", turn), ("inverse", turn.conj())):
        turned = torch.view_as_real(torch.view_as_complex(pairs.contiguous()) * factor)
        turned = turned.flatten(-2) if pairing == "ADJACENT" else turned.transpose(-1, -2).flatten(-2)
        report(f"rope {pairing} {name}", d[name], torch.cat([turned, rest], -1))

d = load("layer_norm")
epsilon = float(np.float32(1e-5))
x, w, b = variable(d["in"]), variable(d["weight"]), variable(d["bias"])
y = F.layer_norm(x, (33,), w, b, epsilon)
report("layer norm", d["out"], y.detach())
for part, grad in zip(("gradIn", "gradWeight", "gradBias"), gradients(y, d["gradOut"], x, w, b)):
    report(f"layer norm {part}", d[part], grad)

d = load("rms_norm")
x, w, r = variable(d["in"]), variable(d["weight"]), d["residual"]
s = x + r
y = F.rms_norm(s, (33,), w + 1, epsilon)
report("RMS norm", d["out"], y.detach())
g, gw = gradients(y, d["gradOut"], x, w)
report("RMS norm gradIn", d["gradIn"], g + d["gradSum"])
report("RMS norm gradWeight", d["gradWeight"], gw)

for name, function in (("softmax", torch.softmax), ("log_softmax", torch.log_softmax)):
    d = load(name)
    x = variable(d["in"])
    y = function(x, -1)
    report(name, d["out"], y.detach())
    report(f"{name} gradient", d["gradIn"], gradients(y, d["gradOut"], x)[0])

d = load("cross_entropy")
x = variable(d["logits"])
losses = F.cross_entropy(x, d["targets"], ignore_index=-100, reduction="none")
report("cross-entropy", d["losses"], losses.detach())
report("cross-entropy logSumExp", d["logSumExp"], d["logits"].logsumexp(-1))
report("cross-entropy gradient", d["gradLogits"], gradients(losses, d["gradLosses"], x)[0])

d = load("matmul")
y = F.gelu(0.5 * d["a"] @ d["b"].transpose(-1, -2) + d["bias"]) + d["residual"]
report("matmul with epilogue", d["out"], y)

d = load("scatter_add")
report("scatter-add", d["after"], d["before"].index_add(0, d["indices"].long(), d["rows"]))

d = load("adamw")
parameter = variable(d["before"])
optimizer = torch.optim.AdamW(
    [parameter], lr=0.0625, betas=(0.875, 0.96875), eps=float(np.float32(1e-8)), weight_decay=0.125
)
for step in (1, 2, 3):
    parameter.grad = 0.5 * d[f"gradient{step}"]
    optimizer.step()
report("AdamW, three steps", d["after"], parameter.detach())

d = load("cast")
report("F32 to F16", d["f16"], d["in"].half(), exact=True)
report("F32 to BF16", d["bf16AsF32"], d["in"].bfloat16(), exact=True)
report("F32 to I32", d["i32"], d["in"].clamp(-(2.0**31), 2.0**31 - 128).int(), exact=True)

for path in sorted(folder.glob("blocks_*.npz")):
    name = path.stem.removeprefix("blocks_")
    kind = gguf.GGMLQuantizationType[name]
    d = load(path.stem)
    theirs = gguf.quants.dequantize(d["blocks"].numpy(), kind)
    report(f"{name} dequantized", d["values"], theirs, exact=True)
    try:
        theirs = gguf.quants.quantize(d["plain"].numpy(), kind)
    except NotImplementedError:
        continue
    report(f"{name} quantized", d["quantized"], theirs, exact=True)

if failures:
    sys.exit(f"differs: {failures}")
