#pragma once

#include "autograd/ops.h"
#include "autograd/random.h"
#include "base/function_ref.h"
#include "tools/ledger/row.h"

/// Theorems of layers that know neighbours, and of the distances between sets of pictures.
namespace gradzoo {

using ConvFn = FunctionRef<Tensor(const Tensor& x, const Tensor& w, const ConvOptions& options)>;
using ConvTransposeFn =
    FunctionRef<Tensor(const Tensor& y, const Tensor& w, const ConvOptions& options, int64_t output_padding)>;
using ConvWeightFn = FunctionRef<Tensor(const Tensor& x, const Tensor& y, int64_t kernel_height,
                                        int64_t kernel_width, const ConvOptions& options)>;

/// The largest relative difference of <conv(x,w), y>, <x, transpose(y,w)> and <w, weight(x,y)>, over odd
/// shapes.
double adjoint_triad_error(ConvFn conv, ConvTransposeFn transpose, ConvWeightFn weight);
/// The largest difference from seven nested loops, over odd shapes.
double naive_conv_error(ConvFn conv);

using NormFn = FunctionRef<Tensor(const Tensor& x, int64_t groups, const Tensor& scale, const Tensor& shift,
                                  const NormOptions& options)>;
/// The largest difference, relative to 1 or more, of the gradient of |dL/dx|^2 through `norm` and through the
/// same in public ops: second derivatives in x, scale and shift.
double norm_second_order_error(NormFn norm);

/// |z| of the mean of dropped ones against 1, and of the share that is 0 against p: the larger.
double dropout_z(FunctionRef<Tensor(const Tensor& x, double p, Rng& rng)> dropout, double p, uint64_t seed);

std::vector<Row> conv_rows();

}  // namespace gradzoo
