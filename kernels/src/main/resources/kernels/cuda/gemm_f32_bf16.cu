/* Matmul of F32 by BF16. */
#include "gemm_tf32.h"
GEMM_TF32_ROWS(gemm_f32_bf16, WideOperand<Halved>, Bf16Operand)
