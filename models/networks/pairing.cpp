#include "models/networks/pairing.h"

#include <algorithm>
#include <limits>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {

namespace {

/// The state of an assignment that grows by a row at a time. Columns are counted from 1; column 0 stands for
/// the row that is being placed.
struct Assignment {
  std::span<const double> costs;
  int64_t n;
  std::vector<double> row_price, column_price;
  std::vector<int64_t> row_of;  // of a column, 1 ... n; 0: free

  Assignment(std::span<const double> all, int64_t count)
      : costs(all),
        n(count),
        row_price(static_cast<size_t>(count + 1)),
        column_price(static_cast<size_t>(count + 1)),
        row_of(static_cast<size_t>(count + 1)) {}

  double reduced(int64_t row, size_t column) const {
    return costs[static_cast<size_t>((row - 1) * n) + column - 1] - row_price[static_cast<size_t>(row)] -
           column_price[column];
  }

  // Dijkstra's search over reduced costs from the row to the nearest free column, then a flip along the path.
  void place(int64_t row) {
    const size_t columns = static_cast<size_t>(n + 1);
    std::vector<double> distance(columns, std::numeric_limits<double>::infinity());
    std::vector<size_t> before(columns);
    std::vector<bool> done(columns);
    row_of[0] = row;
    size_t at = 0;
    while (row_of[at] != 0) {
      done[at] = true;
      const int64_t from = row_of[at];
      size_t nearest = 0;
      double least = std::numeric_limits<double>::infinity();
      for (size_t j = 1; j < columns; ++j) {
        if (done[j]) continue;
        const double through = reduced(from, j);
        if (through < distance[j]) {
          distance[j] = through;
          before[j] = at;
        }
        if (distance[j] < least) {
          least = distance[j];
          nearest = j;
        }
      }
      for (size_t j = 0; j < columns; ++j) {
        if (done[j]) {
          row_price[static_cast<size_t>(row_of[j])] += least;
          column_price[j] -= least;
        } else {
          distance[j] -= least;
        }
      }
      at = nearest;
    }
    for (; at != 0; at = before[at]) row_of[at] = row_of[before[at]];
  }
};

}  // namespace

std::vector<int64_t> least_assignment(std::span<const double> costs, int64_t n) {
  Assignment found(costs, n);
  for (int64_t row = 1; row <= n; ++row) found.place(row);
  std::vector<int64_t> column_of(static_cast<size_t>(n));
  for (size_t j = 1; j <= static_cast<size_t>(n); ++j)
    column_of[static_cast<size_t>(found.row_of[j] - 1)] = static_cast<int64_t>(j) - 1;
  return column_of;
}

Tensor optimally_paired(const Tensor& noise, const Tensor& data) {
  constexpr int64_t kGroup = 100;
  const NoGrad quiet;
  const int64_t n = noise.dim(0);
  Tensor order = arange(n, DType::i64);
  int64_t* const chosen = order.mutable_data<int64_t>();
  for (int64_t first = 0; first < n; first += kGroup) {
    const int64_t end = std::min(first + kGroup, n);
    // |x - y|^2 but for what no pairing changes
    const Tensor costs =
        cast(matmul(slice(data, 0, first, end), slice(noise, 0, first, end), false, true) * -2.0, DType::f64);
    const auto assigned =
        least_assignment({costs.data<double>(), static_cast<size_t>(costs.size())}, end - first);
    for (size_t i = 0; i < assigned.size(); ++i)
      chosen[first + static_cast<int64_t>(i)] = first + assigned[i];
  }
  return index_select(noise, 0, order);
}

}  // namespace gradzoo
