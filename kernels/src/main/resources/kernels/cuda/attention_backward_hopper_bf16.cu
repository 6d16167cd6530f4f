/* The gradient of attention on BF16, on Hopper: sm_90a. */
#include "attention_backward_hopper.h"
BACKWARD_HOPPER(backward_hopper_bf16, Bf16)
