/* The gradient of attention on F16. */
#include "attention_backward.h"
BACKWARD_KERNELS(backward_f16, F16)
