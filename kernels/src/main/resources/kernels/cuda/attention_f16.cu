/* Attention forward on F16. */
#include "attention_forward.h"
ATTENTION_KERNELS(attention_f16, F16)
