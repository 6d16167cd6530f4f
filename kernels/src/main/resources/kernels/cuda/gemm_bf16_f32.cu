/* Matmul of BF16 by F32. */
#include "gemm_tf32.h"
GEMM_TF32_ROWS(gemm_bf16_f32, Bf16Operand, WideOperand<Halved>)
