/* One to eight rows by quantized weights. */
#include "rows.h"
ROWS_KERNELS(rows_q8_0, Quantized<Q8_0>)
ROWS_KERNELS(rows_q4_0, Quantized<Q4_0>)
ROWS_KERNELS(rows_q4_1, Quantized<Q4_1>)
ROWS_KERNELS(rows_q5_0, Quantized<Q5_0>)
ROWS_KERNELS(rows_q5_1, Quantized<Q5_1>)
ROWS_KERNELS(rows_q4_k, Quantized<Q4_K>)
ROWS_KERNELS(rows_q5_k, Quantized<Q5_K>)
ROWS_KERNELS(rows_q6_k, Quantized<Q6_K>)
