/* Attention forward on BF16. */
#include "attention_forward.h"
ATTENTION_KERNELS(attention_bf16, Bf16)
