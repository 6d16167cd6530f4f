/* Matmul of F32 by F32. */
#include "gemm_tf32.h"
GEMM_TF32_ALL(gemm_tf32, WideOperand<Halved>, WideOperand<Halved>)
