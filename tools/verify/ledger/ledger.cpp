#include "tools/verify/ledger/ledger.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

std::vector<Row> make_rows() {
  std::vector<Row> rows;
  for (auto* file : {derivative_rows,
                     closed_form_rows,
                     layer_rows,
                     flow_matching_rows,
                     distance_rows,
                     path_rows,
                     dde_rows,
                     vae_exactness_rows,
                     vae_estimator_rows,
                     vae_figure_rows,
                     gan_game_rows,
                     gan_critic_rows,
                     gan_mode_rows,
                     contrastive_divergence_rows,
                     composition_rows,
                     spectral_norm_rows,
                     ebm_toy_rows,
                     ebm_image_rows,
                     langevin_rows,
                     hamiltonian_rows,
                     bit_table_rows,
                     diagnostic_rows,
                     annealed_rows,
                     ais_plane_rows,
                     score_matching_rows,
                     sliced_variance_rows,
                     linear_score_rows,
                     tweedie_rows,
                     fisher_divergence_rows,
                     score_toy_rows,
                     nce_objective_rows,
                     nce_toy_rows,
                     flow_figure_rows,
                     classifier_rows,
                     image_figure_rows,
                     rbm_machine_rows,
                     bars_and_stripes_rows,
                     ais_rbm_rows,
                     dbn_rows,
                     rbm_mnist_rows,
                     made_rows,
                     c2st_rows,
                     quality_rows,
                     coupling_flow_rows,
                     realnvp_figure_rows,
                     zoo_rows}) {
    for (Row& row : file()) rows.push_back(std::move(row));
  }
  return rows;
}

struct GateNumbers {
  std::string gate;
  double target, tolerance;
};

GateNumbers numbers_of(const Gate& gate) {
  if (const auto* near = std::get_if<Near>(&gate)) return {"near", near->target, near->tolerance};
  if (const auto* most = std::get_if<AtMost>(&gate)) return {"at most", most->bound, 0};
  return {"at least", std::get<AtLeast>(gate).bound, 0};
}

using Json = nlohmann::ordered_json;

// JSON has no NaN or infinity: null stands for them.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_of(const RowOutcome& outcome) {
  const auto [gate, target, tolerance] = numbers_of(outcome.result.gate);
  return {{"row", outcome.row->name},
          {"kind", outcome.row->kind == RowKind::identity ? "identity" : "figure"},
          {"claim", outcome.row->claim},
          {"source", outcome.row->source},
          {"setting", outcome.result.setting},
          {"value", number(outcome.result.value)},
          {"gate", gate},
          {"target", number(target)},
          {"tolerance", number(tolerance)},
          {"pass", outcome.pass},
          {"seconds", outcome.seconds}};
}

}  // namespace

Row figure(RowInfo info, RowResult (*measure)(const RowContext&)) {
  return {std::move(info.name),  RowKind::figure, std::move(info.claim), std::move(info.source), false,
          info.expected_seconds, measure};
}

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

bool PlantReport::has_teeth() const {
  return honest.pass && std::ranges::all_of(plants, &PlantOutcome::caught);
}

PlantReport plant_errors(const Row& row, const RowContext& context) {
  PlantReport report{run_row(row, context), {}};
  for (const Plant& plant : row.plants) {
    RowResult result = plant.measure(context);
    const bool caught = !passes(result);
    report.plants.push_back({plant.name, std::move(result), caught});
  }
  return report;
}

std::string ledger_json(const std::vector<RowOutcome>& outcomes) {
  Json rows = Json::array();
  for (const RowOutcome& outcome : outcomes) rows.push_back(json_of(outcome));
  return Json{{"rows", rows}, {"failed", std::ranges::count(outcomes, false, &RowOutcome::pass)}}.dump(2);
}

std::string plants_json(const std::vector<PlantReport>& reports) {
  Json rows = Json::array();
  int64_t failed = 0, missed = 0;
  for (const PlantReport& report : reports) {
    Json row = json_of(report.honest), plants = Json::array();
    failed += report.honest.pass ? 0 : 1;
    for (const PlantOutcome& plant : report.plants) {
      missed += plant.caught ? 0 : 1;
      plants.push_back({{"error", plant.name},
                        {"setting", plant.result.setting},
                        {"value", number(plant.result.value)},
                        {"caught", plant.caught}});
    }
    row["plants"] = plants;
    rows.push_back(row);
  }
  return Json{{"rows", rows}, {"missed", missed}, {"failed", failed}}.dump(2);
}

}  // namespace gradzoo
