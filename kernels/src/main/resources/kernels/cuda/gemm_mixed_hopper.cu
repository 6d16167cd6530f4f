/* Matmul of F32 by BF16 and F16 weights on Hopper, sm_90a: lines of a weight along k, or along n. */
#include "gemm_mixed_hopper.h"
GEMM_MIXED_HOPPER_KERNEL(gemm_mixed_hopper_bf16_k, Bf16, false)
GEMM_MIXED_HOPPER_KERNEL(gemm_mixed_hopper_bf16_n, Bf16, true)
GEMM_MIXED_HOPPER_KERNEL(gemm_mixed_hopper_f16_k, F16, false)
GEMM_MIXED_HOPPER_KERNEL(gemm_mixed_hopper_f16_n, F16, true)
