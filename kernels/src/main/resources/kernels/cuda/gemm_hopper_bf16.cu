/* Matmul of BF16 by BF16 on Hopper: sm_90a. */
#include "gemm_hopper.h"
GEMM_HOPPER_KERNELS(gemm_hopper_bf16, Bf16)
