/* Matmul of F16 by F16 on Hopper: sm_90a. */
#include "gemm_hopper.h"
GEMM_HOPPER_KERNELS(gemm_hopper_f16, F16)
