#pragma once

/// The engine and the layers, in one include: tensors, tapes, ops, gradients of any order and their checks;
/// modules, optimisers, batches and files of one's own tensors. Models, datasets and samplers have headers of
/// their own, as <gradzoo/samplers/chains.h>.
#include "autograd/check/gradcheck.h"
#include "autograd/functional/functional.h"
#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/print.h"
#include "autograd/random.h"
#include "autograd/runtime.h"
#include "autograd/tape.h"
#include "autograd/tensor.h"
#include "autograd/trace.h"
#include "datasets/data_loader.h"
#include "datasets/images/npy.h"
#include "nn/distributions.h"
#include "nn/layers/gradcheck_module.h"
#include "nn/layers/image_layers.h"
#include "nn/layers/init.h"
#include "nn/layers/layers.h"
#include "nn/layers/module.h"
#include "nn/learn/learner.h"
#include "nn/learn/optim.h"
#include "nn/learn/parameters.h"
#include "nn/parallel/shards.h"
#include "state/checkpoint.h"
#include "state/state.h"
