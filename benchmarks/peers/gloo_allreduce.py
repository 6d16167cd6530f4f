"""PyTorch's Gloo back end on this host, measured as `tenon bench allreduce` measures: in place, F32, the mean of calls in a
row, of the slowest rank, the best of three.

    python benchmarks/peers/gloo_allreduce.py [RANKS [LEAST_BYTES [MOST_BYTES [FACTOR]]]]
"""
import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def rank(number, ranks, least, most, factor):
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29517")
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=number, world_size=ranks)
    if number == 0:
        print(f"{'ranks':>5} {'bytes':>12} {'time us':>12} {'algbw GB/s':>12} {'busbw GB/s':>12}", flush=True)
    size = least
    while size <= most:
        data = torch.zeros(size // 4, dtype=torch.float32)
        calls = max(20, min(2000, (1 << 28) // size))
        best = float("inf")
        for _ in range(3):
            for _ in range(max(2, calls // 10)):
                dist.all_reduce(data)
            dist.barrier()
            start = time.perf_counter()
            for _ in range(calls):
                dist.all_reduce(data)
            mine = torch.tensor([(time.perf_counter() - start) / calls])
            dist.all_reduce(mine, op=dist.ReduceOp.MAX)
            best = min(best, mine.item())
        if number == 0:
            rate = size / best / 1e9
            print(f"{ranks:5} {size:12} {best * 1e6:12.2f} {rate:12.3f} {rate * 2 * (ranks - 1) / ranks:12.3f}", flush=True)
        size *= factor
    dist.destroy_process_group()


if __name__ == "__main__":
    arguments = [int(each) for each in sys.argv[1:]] + [2, 8, 64 << 20, 2][len(sys.argv) - 1:]
    mp.spawn(rank, args=tuple(arguments), nprocs=arguments[0])
