#pragma once

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "tools/python/python.h"
