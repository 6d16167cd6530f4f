/* Matmul of F32 by F32, cut to TF32, on Hopper: sm_90a. wgmma takes TF32 in lines along the terms alone. */
#include "gemm_hopper.h"
GEMM_HOPPER_KERNEL(gemm_hopper_tf32_kk_256, CutF32, 256, 4, false, false)
GEMM_HOPPER_KERNEL(gemm_hopper_tf32_kk_128, CutF32, 128, 6, false, false)
