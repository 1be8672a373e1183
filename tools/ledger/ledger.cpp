#include "tools/ledger/ledger.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "tools/ledger/ais/rbm_rows.h"
#include "tools/ledger/ais/rows.h"
#include "tools/ledger/autodiff/rows.h"
#include "tools/ledger/c2st/rows.h"
#include "tools/ledger/classifier/figures.h"
#include "tools/ledger/conv/rows.h"
#include "tools/ledger/dbn/rows.h"
#include "tools/ledger/dde/rows.h"
#include "tools/ledger/diffusion/figures.h"
#include "tools/ledger/diffusion/paths.h"
#include "tools/ledger/diffusion/rows.h"
#include "tools/ledger/ebm/figures.h"
#include "tools/ledger/ebm/image_figures.h"
#include "tools/ledger/ebm/rows.h"
#include "tools/ledger/gan/figures.h"
#include "tools/ledger/gan/rows.h"
#include "tools/ledger/images/figures.h"
#include "tools/ledger/made/rows.h"
#include "tools/ledger/nce/figures.h"
#include "tools/ledger/nce/rows.h"
#include "tools/ledger/quality/rows.h"
#include "tools/ledger/rbm/figures.h"
#include "tools/ledger/rbm/rows.h"
#include "tools/ledger/realnvp/figures.h"
#include "tools/ledger/realnvp/rows.h"
#include "tools/ledger/samplers/rows.h"
#include "tools/ledger/score/figures.h"
#include "tools/ledger/score/rows.h"
#include "tools/ledger/vae/figures.h"
#include "tools/ledger/vae/rows.h"
#include "tools/ledger/zoo/rows.h"

namespace gradzoo {
namespace {

std::vector<Row> make_rows() {
  std::vector<Row> rows;
  for (auto* family : {autodiff_rows,     conv_rows,       flow_rows,           path_rows,
                       dde_rows,          vae_rows,        vae_figure_rows,     gan_rows,
                       gan_figure_rows,   ebm_rows,        ebm_figure_rows,     ebm_image_figure_rows,
                       samplers_rows,     ais_rows,        score_rows,          score_figure_rows,
                       nce_rows,          nce_figure_rows, flow_figure_rows,    classifier_figure_rows,
                       image_figure_rows, rbm_rows,        ais_rbm_rows,        dbn_rows,
                       rbm_figure_rows,   made_rows,       made_figure_rows,    c2st_rows,
                       quality_rows,      realnvp_rows,    realnvp_figure_rows, zoo_rows}) {
    for (Row& row : family()) rows.push_back(std::move(row));
  }
  return rows;
}

struct Target {
  std::string gate;
  double target, tolerance;
};

Target target_of(const Gate& gate) {
  if (const auto* near = std::get_if<Near>(&gate)) return {"near", near->target, near->tolerance};
  if (const auto* most = std::get_if<AtMost>(&gate)) return {"at most", most->bound, 0};
  return {"at least", std::get<AtLeast>(gate).bound, 0};
}

// JSON has no NaN or infinity: null stands for them.
nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

std::span<const Row> ledger_rows() {
  static const std::vector<Row> rows = make_rows();
  return rows;
}

std::vector<const Row*> select_rows(const std::vector<std::string>& names, bool quick) {
  std::vector<std::string> known;
  for (const Row& row : ledger_rows()) known.push_back(row.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error(fmt::format("ledger row '{}' is not known. {}", name, did_you_mean(name, known)));
    }
  }
  std::vector<const Row*> chosen;
  for (const Row& row : ledger_rows()) {
    const bool named = names.empty() || std::find(names.begin(), names.end(), row.name) != names.end();
    if (named && (row.quick || !quick)) chosen.push_back(&row);
  }
  return chosen;
}

bool passes(const RowResult& result) {
  const double value = result.value;
  if (const auto* near = std::get_if<Near>(&result.gate))
    return std::abs(value - near->target) <= near->tolerance;
  if (const auto* most = std::get_if<AtMost>(&result.gate)) return value <= most->bound;
  return value >= std::get<AtLeast>(result.gate).bound;
}

std::string gate_text(const Gate& gate) {
  if (const auto* near = std::get_if<Near>(&gate))
    return fmt::format("{:g} +- {:g}", near->target, near->tolerance);
  if (const auto* most = std::get_if<AtMost>(&gate)) return fmt::format("at most {:g}", most->bound);
  return fmt::format("at least {:g}", std::get<AtLeast>(gate).bound);
}

RowOutcome run_row(const Row& row, const RowContext& context) {
  const auto begun = std::chrono::steady_clock::now();
  RowResult result = row.measure(context);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const bool pass = passes(result);
  return {&row, std::move(result), pass, seconds};
}

std::string ledger_json(const std::vector<RowOutcome>& outcomes) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  int failed = 0;
  for (const RowOutcome& outcome : outcomes) {
    failed += outcome.pass ? 0 : 1;
    const auto [gate, target, tolerance] = target_of(outcome.result.gate);
    rows.push_back({{"row", outcome.row->name},
                    {"kind", outcome.row->kind == RowKind::identity ? "identity" : "figure"},
                    {"claim", outcome.row->claim},
                    {"source", outcome.row->source},
                    {"setting", outcome.result.setting},
                    {"value", number(outcome.result.value)},
                    {"gate", gate},
                    {"target", number(target)},
                    {"tolerance", number(tolerance)},
                    {"pass", outcome.pass},
                    {"seconds", outcome.seconds}});
  }
  return nlohmann::ordered_json{{"rows", rows}, {"failed", failed}}.dump(2);
}

}  // namespace gradzoo
