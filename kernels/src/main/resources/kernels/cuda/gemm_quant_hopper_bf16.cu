/* Matmul of BF16 by quantized weights on Hopper: sm_90a. */
#include "gemm_quant_hopper.h"
GEMM_QUANT_HOPPER_KERNELS(gemm_quant_hopper_bf16, Bf16, 1)
