/* Matmul of BF16 by BF16. */
#include "gemm.h"
GEMM_KERNELS(gemm_bf16, Bf16)
