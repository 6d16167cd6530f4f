/* Attention forward on BF16, on Hopper: sm_90a. */
#include "attention_hopper.h"
ATTENTION_HOPPER(attention_hopper_bf16, Bf16)
