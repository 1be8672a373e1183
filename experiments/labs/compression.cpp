#include <algorithm>
#include <cmath>
#include <queue>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo {
namespace {

struct CompressionLab : Lab {
  std::vector<int64_t> sizes = {30, 100, 300, 1000, 3000};
  int64_t trials = 400;
  double sharpness = 1;

  void describe(OptionTable& options) override {
    options.add("sizes", sizes, "number of symbols in each training set", {2, 100000});
    options.add("trials", trials, "number of training sets of each size", {2, 100000});
    options.add("sharpness", sharpness,
                "power of the source's probabilities; 0 makes all symbols equally likely", {0, 10});
  }
  LabResult run(const LabContext& context) const override;
};

const std::vector<double> kSource = {0.35, 0.2, 0.15, 0.1, 0.08, 0.06, 0.04, 0.02};

// Bits per symbol of the source under a code made for q: H(p) + KL(p || q).
double cross_entropy(const std::vector<double>& p, const std::vector<double>& q) {
  double bits = 0;
  for (size_t i = 0; i < p.size(); ++i) bits -= p[i] * std::log2(q[i]);
  return bits;
}

// Frequencies of n symbols, each count plus 1/2, so that no code is infinite (Krichevsky & Trofimov 1981).
std::vector<double> fitted(const std::vector<double>& source, int64_t n, Rng& rng) {
  std::vector<double> counts(source.size(), 0.5);
  for (const double u : rand({n}, rng, DType::f64).to_vector()) {
    size_t symbol = 0;
    for (double below = source[0]; u >= below && symbol + 1 < source.size(); below += source[symbol])
      ++symbol;
    ++counts[symbol];
  }
  for (double& count : counts) count /= static_cast<double>(n) + 0.5 * static_cast<double>(source.size());
  return counts;
}

// The source with its probabilities to a power, in proportion.
std::vector<double> sharpened(double power) {
  if (power == 1) return kSource;
  std::vector<double> out;
  double total = 0;
  for (const double p : kSource) total += out.emplace_back(std::pow(p, power));
  for (double& p : out) p /= total;
  return out;
}

// n times the variance of estimates of a Laplace distribution's centre, variance 1, over trials.
struct CentreScatter {
  double of_mean, of_median;
};
CentreScatter centre_scatter(int64_t n, int64_t trials, Rng& rng) {
  const Tensor u = rand({trials, n}, rng, DType::f64) * 2.0 - 1.0;
  const Tensor x = sign(u) * log(neg(abs(u)) + 1.0) * -std::sqrt(0.5);
  const std::vector<double> values = x.to_vector();
  double means = 0, medians = 0;
  for (int64_t trial = 0; trial < trials; ++trial) {
    std::vector<double> row(values.begin() + trial * n, values.begin() + (trial + 1) * n);
    double total = 0;
    for (const double value : row) total += value;
    std::nth_element(row.begin(), row.begin() + n / 2, row.end());
    means += std::pow(total / static_cast<double>(n), 2);
    medians += std::pow(row[static_cast<size_t>(n / 2)], 2);
  }
  const double factor = static_cast<double>(n) / static_cast<double>(trials);
  return {means * factor, medians * factor};
}

std::vector<int64_t> huffman_lengths(const std::vector<double>& probabilities) {
  struct Group {
    double probability;
    std::vector<size_t> symbols;
  };
  const auto likelier = [](const Group& a, const Group& b) { return a.probability > b.probability; };
  std::priority_queue<Group, std::vector<Group>, decltype(likelier)> groups(likelier);
  for (size_t i = 0; i < probabilities.size(); ++i) groups.push({probabilities[i], {i}});
  std::vector<int64_t> lengths(probabilities.size(), 0);
  while (groups.size() > 1) {  // the two least likely become one, a bit further from the root
    Group a = groups.top();
    groups.pop();
    const Group b = groups.top();
    groups.pop();
    a.probability += b.probability;
    a.symbols.insert(a.symbols.end(), b.symbols.begin(), b.symbols.end());
    for (const size_t symbol : a.symbols) ++lengths[symbol];
    groups.push(std::move(a));
  }
  return lengths;
}

LabResult CompressionLab::run(const LabContext& context) const {
  Rng rng(context.seed, "lab/compression");
  const std::vector<double> source = sharpened(sharpness);
  const double entropy = cross_entropy(source, source);
  LabTable codes{"training symbols",
                 {{"bits per symbol",
                   "cross-entropy of the source under the fitted probabilities, which is the length of an "
                   "arithmetic code"},
                  {"bits lost", "KL(source || fitted probabilities), mean over the training sets"},
                  {"(k - 1) / 2n ln 2", "theoretical loss from fitting k probabilities"},
                  {"Huffman",
                   "bits per symbol of Huffman's code for the fitted probabilities; it uses whole bits, so "
                   "it needs up to one bit more"}}};
  LabTable centres{"samples",
                   {{"n var(mean)",
                     "n times the variance of the mean as an estimate of a Laplace distribution's centre; it "
                     "tends to the distribution's variance, 1"},
                    {"n var(median)",
                     "n times the variance of the median, which is the maximum likelihood estimate; it tends "
                     "to 1/2, the minimum for unbiased estimates (Cramer-Rao)"}}};
  Series measured{.name = "measured"}, theory{.name = "(k - 1) / 2n ln 2"};
  for (const int64_t n : sizes) {
    context.progress(fmt::format("{} training symbols", n));
    double bits = 0, huffman = 0;
    for (int64_t trial = 0; trial < trials; ++trial) {
      const std::vector<double> q = fitted(source, n, rng);
      bits += cross_entropy(source, q) / static_cast<double>(trials);
      const std::vector<int64_t> lengths = huffman_lengths(q);
      for (size_t i = 0; i < source.size(); ++i)
        huffman += source[i] * static_cast<double>(lengths[i]) / static_cast<double>(trials);
    }
    const auto count = static_cast<double>(n);
    const double expected = static_cast<double>(source.size() - 1) / (2 * count * std::log(2.0));
    codes.add(fmt::format("{}", n), {bits, bits - entropy, expected, huffman});
    measured.x.push_back(count);
    measured.y.push_back(bits - entropy);
    theory.x.push_back(count);
    theory.y.push_back(expected);
    const CentreScatter scatter = centre_scatter(n, trials, rng);
    centres.add(fmt::format("{}", n), {scatter.of_mean, scatter.of_median});
  }
  LabResult out;
  out.pictures.push_back(
      {"lost", "Bits per symbol that a code loses because its probabilities were fitted to n symbols.",
       draw_chart(LineChart{.title = "bits lost because of few data",
                            .x_label = "training symbols",
                            .y_label = "bits per symbol",
                            .series = {measured, theory},
                            .log_x = true,
                            .log_y = true})});
  const std::vector<double>& last = codes.rows.back().values;
  out.interpretation = fmt::format(
      "The source has eight symbols and an entropy of {:.3f} bits, and no code needs fewer bits per symbol. "
      "A code made for a model q spends -log2 q bits on a symbol, so the source costs its cross-entropy, the "
      "entropy plus KL(p || q). Minimising a cross-entropy means searching for the shortest code. "
      "Probabilities fitted to n symbols lose (k - 1)/(2 n ln 2) bits per symbol, half a squared standard "
      "error for each free probability. In the last row the measured loss is {:.4f} bits, and the "
      "theoretical loss is {:.4f}. Huffman's code loses another {:.3f} bits, since it uses whole bits. "
      "Maximum likelihood wastes no data: for the centre of a Laplace distribution the median has half the "
      "variance of the mean ({:.2f} instead of {:.2f}), so the mean needs twice as many samples.",
      entropy, last[1], last[2], last[3] - last[0], centres.rows.back().values[1],
      centres.rows.back().values[0]);
  out.exercise =
      "A file of 10,000 symbols is sent with its fitted probabilities in front, each with the precision "
      "1/sqrt(n). A finer precision would cost more bits than it saves. How many bits do the probabilities "
      "take, and how does that compare with the loss from fitting?";
  out.tables = {std::move(codes), std::move(centres)};
  return out;
}

}  // namespace

LabEntry compression_lab() {
  return lab_entry<CompressionLab>(
      1, "compression",
      "cross-entropy is code length, KL is the loss in bits, and maximum likelihood loses fewest bits",
      "Shannon 1948; Fisher 1922; Rissanen 1986");
}

}  // namespace gradzoo
