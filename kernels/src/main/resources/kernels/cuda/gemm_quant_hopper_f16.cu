/* Matmul of F16 by quantized weights on Hopper: sm_90a. */
#include "gemm_quant_hopper.h"
GEMM_QUANT_HOPPER_KERNELS(gemm_quant_hopper_f16, F16, 1)
