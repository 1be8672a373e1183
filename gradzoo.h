#pragma once

/// The engine and the layers, in one include: tensors, tapes, ops, gradients of any order and their checks;
/// modules, optimisers, batches and files of one's own tensors. Models, datasets and samplers have headers of
/// their own, as <gradzoo/samplers/chains.h>.
#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/print.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/autograd/trace.h"
#include "gradzoo/datasets/data_loader.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/nn/layers/gradcheck_module.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/init.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/nn/learn/parameters.h"
#include "gradzoo/nn/parallel/shards.h"
#include "gradzoo/state/checkpoint.h"
#include "gradzoo/state/state.h"
