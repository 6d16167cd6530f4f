/* Matmul of F32 by F32, rounded to TF32, where that is asked for. */
#include "gemm_tf32.h"
GEMM_TF32_ALL(gemm_tf32_rounded, WideOperand<Rounded>, WideOperand<Rounded>)
