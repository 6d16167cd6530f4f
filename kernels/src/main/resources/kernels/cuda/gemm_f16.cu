/* Matmul of F16 by F16. */
#include "gemm.h"
GEMM_KERNELS(gemm_f16, F16)
