/* Matmul of F32 by F16. */
#include "gemm_tf32.h"
GEMM_TF32_ROWS(gemm_f32_f16, WideOperand<Halved>, F16Operand)
