/* The gradient of attention on BF16. */
#include "attention_backward.h"
BACKWARD_KERNELS(backward_bf16, Bf16)
