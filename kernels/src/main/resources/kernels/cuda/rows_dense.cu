/* One to eight rows by floating-point weights. */
#include "rows.h"
ROWS_KERNELS(rows_f32, DenseWide)
ROWS_KERNELS(rows_f16, DenseSixteen<F16>)
ROWS_KERNELS(rows_bf16, DenseSixteen<Bf16>)
