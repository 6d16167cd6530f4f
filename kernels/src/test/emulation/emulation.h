/* Everything that ptx.h asks for where no CUDA compiler reads it. */
#pragma once
#include "cuda.h"
#include "fibers.h"
#include "clocks.h"
#include "warp.h"
#include "async.h"
#include "hopper.h"
