"""PyTorch's BF16 matrix products on a CUDA device, weights kept as [n, k], measured as GemmOnCuda measures: several launches in a
row up to the end of the last, the median of the rounds.

    python benchmarks/peers/torch_gemm.py [DEVICE [ROUNDS [M N K]...]]
"""
import statistics
import sys
import time

import torch

SHAPES = [
    (8192, 8192, 8192),
    (4096, 4096, 4096),
    (4096, 14336, 4096),
    (512, 14336, 4096),
    (64, 4096, 4096),
    (9, 4096, 4096),
]


def rate(device, rounds, m, n, k):
    a = torch.empty(m, k, device=device).uniform_(-1, 1).bfloat16()
    weight = torch.empty(n, k, device=device).uniform_(-1, 1).bfloat16()
    out = torch.empty(m, n, device=device, dtype=torch.bfloat16)
    operations = 2.0 * m * n * k
    launches = int(min(max(2e13 / operations, 1), 200))

    def run():
        for _ in range(launches):
            torch.matmul(a, weight.t(), out=out)
        torch.cuda.synchronize(device)

    for _ in range(3):
        run()
    times = []
    for _ in range(rounds):
        time.sleep(0.01)
        run()
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return launches * operations / statistics.median(times) / 1e12


if __name__ == "__main__":
    device = sys.argv[1] if len(sys.argv) > 1 else "cuda:0"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    sizes = [int(each) for each in sys.argv[3:]]
    shapes = [tuple(sizes[i : i + 3]) for i in range(0, len(sizes), 3)] or SHAPES
    # Sums in F32 throughout, as Tenon asks for.
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    print(f"{torch.cuda.get_device_name(device)}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}")
    print(f"{'m x n x k':<18} {'TFLOP/s':>14}")
    for m, n, k in shapes:
        print(f"{f'{m} x {n} x {k}':<18} {rate(device, rounds, m, n, k):14.1f}", flush=True)
