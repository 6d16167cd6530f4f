/* Matmul of F16 by F32. */
#include "gemm_tf32.h"
GEMM_TF32_ROWS(gemm_f16_f32, F16Operand, WideOperand<Halved>)
