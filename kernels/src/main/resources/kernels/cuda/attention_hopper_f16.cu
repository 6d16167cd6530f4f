/* Attention forward on F16, on Hopper: sm_90a. */
#include "attention_hopper.h"
ATTENTION_HOPPER(attention_hopper_f16, F16)
