/* Matmul of F32 by F32, cut to TF32, on Hopper, blocks in pairs: sm_90a. */
#include "gemm_hopper.h"
GEMM_HOPPER_PAIR(gemm_hopper_pair_tf32_kk_256, CutF32, 256, 4, false, false)
GEMM_HOPPER_PAIR(gemm_hopper_pair_tf32_kk_128, CutF32, 128, 6, false, false)
