/* Matmul of F16 by F16 on Hopper, blocks in pairs: sm_90a. */
#include "gemm_hopper.h"
GEMM_HOPPER_PAIRS(gemm_hopper_pair_f16, F16)
