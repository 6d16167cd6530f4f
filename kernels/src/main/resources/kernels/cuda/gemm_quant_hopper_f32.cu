/* Matmul of F32 by quantized weights on Hopper: sm_90a. */
#include "gemm_quant_hopper.h"
GEMM_QUANT_HOPPER_KERNELS(gemm_quant_hopper_f32, Bf16, 3)
