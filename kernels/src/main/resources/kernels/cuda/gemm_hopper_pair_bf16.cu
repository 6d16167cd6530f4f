/* Matmul of BF16 by BF16 on Hopper, blocks in pairs: sm_90a. */
#include "gemm_hopper.h"
GEMM_HOPPER_PAIRS(gemm_hopper_pair_bf16, Bf16)
