// Your own layer with parameters, and a check of its gradients: first and second derivatives with respect to
// its inputs and every parameter are compared with finite differences.
#include <cstdio>
#include <span>

#include <fmt/core.h>
#include <gradzoo.h>

using namespace gradzoo;

// y_k = x^T W_k t + b_k: x (B, n), t (B, m) -> (B, out).
class Bilinear : public Module {
 public:
  Bilinear(int64_t n, int64_t m, int64_t out, Rng& rng, DType dtype = DType::f32)
      : weight_(register_parameter("weight", randn({out, n, m}, rng, dtype))),
        bias_(register_parameter("bias", zeros({out}, dtype))) {}

  // Call it as layer(x, t). A module with one input overrides forward(x) instead.
  Tensor forward_all(std::span<const Tensor> inputs) const override {
    const Tensor x = unsqueeze(unsqueeze(inputs[0], 1), 1);        // (B, 1, 1, n)
    const Tensor t = unsqueeze(unsqueeze(inputs[1], 1), -1);       // (B, 1, m, 1)
    const Tensor y = matmul(matmul(x, unsqueeze(weight_, 0)), t);  // (B, out, 1, 1)
    return y.view({y.dim(0), y.dim(1)}) + bias_;
  }

 private:
  Tensor weight_, bias_;
};

int main() {
  Rng rng(1);
  const Bilinear layer(2, 3, 4, rng, DType::f64);  // in f64: finite differences in f32 are too inaccurate
  const Tensor inputs[] = {randn({5, 2}, rng, DType::f64), randn({5, 3}, rng, DType::f64)};
  const GradcheckResult first = gradcheck(layer, inputs);
  const GradcheckResult second = gradgradcheck(layer, inputs);
  fmt::print("first order:  {}\nsecond order: {}\n", first, second);
  return first && second ? 0 : 1;
}
