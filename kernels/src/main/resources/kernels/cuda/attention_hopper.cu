/* Attention forward on Hopper: sm_90a. */
#include "attention_hopper.h"
ATTENTION_HOPPER_KERNEL(attention_hopper_bf16_64, Bf16, 64)
ATTENTION_HOPPER_KERNEL(attention_hopper_bf16_128, Bf16, 128)
ATTENTION_HOPPER_KERNEL(attention_hopper_f16_64, F16, 64)
ATTENTION_HOPPER_KERNEL(attention_hopper_f16_128, F16, 128)
