/* The gradient of attention on F16, on Hopper: sm_90a. */
#include "attention_backward_hopper.h"
BACKWARD_HOPPER(backward_hopper_f16, F16)
