#pragma once

/// The engine and the layers, in one include: tensors, tapes, ops, gradients of any order and their checks;
/// modules, optimisers and checkpoints. Models, datasets and samplers have headers of their own, as
/// <gradzoo/samplers/chains.h>.
#include "autograd/check/gradcheck.h"
#include "autograd/functional/functional.h"
#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/print.h"
#include "autograd/random.h"
#include "autograd/tape.h"
#include "autograd/tensor.h"
#include "autograd/trace.h"
#include "nn/distributions.h"
#include "nn/layers/image_layers.h"
#include "nn/layers/init.h"
#include "nn/layers/layers.h"
#include "nn/layers/masked_linear.h"
#include "nn/layers/module.h"
#include "nn/learn/clip.h"
#include "nn/learn/ema.h"
#include "nn/learn/learner.h"
#include "nn/learn/optim.h"
#include "nn/learn/parameters.h"
#include "nn/learn/schedule.h"
#include "nn/learn/shards.h"
#include "state/checkpoint.h"
#include "state/state.h"
