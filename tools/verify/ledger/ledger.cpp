#include "tools/verify/ledger/ledger.h"

#include <exception>
#include <iterator>
#include <set>

#include <nlohmann/json.hpp>

#include "gradzoo/base/clock.h"
#include "gradzoo/base/options.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/dataset.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

template <class... Files>
Rows joined(Files... files) {
  Rows rows;
  (std::ranges::move(files, std::back_inserter(rows)), ...);
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

Json json_of(const RowOutcome& outcome) {
  const auto [gate, target, tolerance] = numbers_of(outcome.result.gate);
  Json json = {{"row", outcome.row->name},
               {"kind", outcome.row->kind == RowKind::identity ? "identity" : "figure"},
               {"claim", outcome.row->claim},
               {"source", outcome.row->source},
               {"setting", outcome.result.setting},
               {"value", outcome.result.value},
               {"gate", gate},
               {"target", target},
               {"tolerance", tolerance},
               {"pass", outcome.pass},
               {"seconds", outcome.seconds},
               {"refusal", nullptr}};
  if (outcome.refusal.empty()) return json;
  for (const char* key : {"setting", "value", "gate", "target", "tolerance"}) json[key] = nullptr;
  json["refusal"] = outcome.refusal;
  return json;
}

}  // namespace

std::span<const Row> ledger_rows() {
  static const Rows rows = joined(
      derivative_rows(), closed_form_rows(), layer_rows(), flow_matching_rows(), distance_rows(), path_rows(),
      dde_rows(), vae_exactness_rows(), vae_estimator_rows(), vae_figure_rows(), gan_game_rows(),
      gan_critic_rows(), gan_mode_rows(), contrastive_divergence_rows(), composition_rows(),
      spectral_norm_rows(), ebm_toy_rows(), ebm_image_rows(), langevin_rows(), hamiltonian_rows(),
      bit_table_rows(), diagnostic_rows(), annealed_rows(), ais_plane_rows(), score_matching_rows(),
      sliced_variance_rows(), linear_score_rows(), tweedie_rows(), fisher_divergence_rows(), score_toy_rows(),
      nce_objective_rows(), nce_toy_rows(), flow_figure_rows(), classifier_rows(), image_figure_rows(),
      code_rows(), rbm_machine_rows(), bars_and_stripes_rows(), ais_rbm_rows(), dbn_rows(), rbm_mnist_rows(),
      made_rows(), c2st_rows(), quality_rows(), coupling_flow_rows(), realnvp_figure_rows(), zoo_rows());
  return rows;
}

std::vector<const Row*> select_rows(const std::vector<std::string>& names, bool quick) {
  for (const std::string& name : names) find_named(ledger_rows(), name, "ledger row");
  std::vector<const Row*> chosen;
  for (const Row& row : ledger_rows()) {
    const bool named = names.empty() || std::find(names.begin(), names.end(), row.name) != names.end();
    if (named && (row.quick || !quick)) chosen.push_back(&row);
  }
  return chosen;
}

bool passes(const RowResult& result) {
  const auto [gate, target, tolerance] = numbers_of(result.gate);
  if (gate == "near") return std::abs(result.value - target) <= tolerance;
  return gate == "at most" ? result.value <= target : result.value >= target;
}

std::string gate_text(const Gate& gate) {
  const auto [kind, target, tolerance] = numbers_of(gate);
  return kind == "near" ? fmt::format("{:g} ± {:g}", target, tolerance)
                        : fmt::format("{} {:g}", kind, target);
}

std::string missing_data(const Row& row) {
  static std::set<std::string> there;
  try {
    for (const std::string& name : row.data()) {
      if (there.contains(name)) continue;
      const Dataset read(name);
      there.insert(name);
    }
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

RowOutcome not_run(const Row& row, std::string refusal) {
  return {&row, {NAN, AtMost{NAN}, ""}, false, 0, std::move(refusal)};
}

RowOutcome run_row(const Row& row, const RowContext& context) {
  const double begun = steady_seconds();
  try {
    RowResult result = row.measure(context);
    const bool pass = passes(result);
    return {&row, std::move(result), pass, steady_seconds() - begun};
  } catch (const std::exception& error) {
    RowOutcome outcome = not_run(row, error.what());
    outcome.seconds = steady_seconds() - begun;
    return outcome;
  }
}

bool PlantReport::has_teeth() const {
  return honest.pass && std::ranges::all_of(plants, &PlantOutcome::caught);
}

PlantReport plant_errors(const Row& row, const RowContext& context) {
  PlantReport report{run_row(row, context), {}};
  if (!report.honest.refusal.empty()) return report;
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
  const auto refused =
      std::ranges::count_if(outcomes, [](const RowOutcome& outcome) { return !outcome.refusal.empty(); });
  return Json{{"rows", rows},
              {"failed", std::ranges::count(outcomes, false, &RowOutcome::pass) - refused},
              {"not_run", refused}}
      .dump(2);
}

std::string plants_json(const std::vector<PlantReport>& reports) {
  Json rows = Json::array();
  int64_t failed = 0, missed = 0, refused = 0;
  for (const PlantReport& report : reports) {
    Json row = json_of(report.honest), plants = Json::array();
    const bool ran = report.honest.refusal.empty();
    refused += ran ? 0 : 1;
    failed += ran && !report.honest.pass ? 1 : 0;
    for (const PlantOutcome& plant : report.plants) {
      missed += plant.caught ? 0 : 1;
      plants.push_back({{"error", plant.name},
                        {"setting", plant.result.setting},
                        {"value", plant.result.value},
                        {"caught", plant.caught}});
    }
    row["plants"] = plants;
    rows.push_back(row);
  }
  return Json{{"rows", rows}, {"missed", missed}, {"failed", failed}, {"not_run", refused}}.dump(2);
}

namespace {

constexpr const char* kIntroduction =
    R"(# The ledger

This page lists theorems (identities) and published figures, with the results of this program. It assumes that you know
the models. `gradzoo verify` measures all rows on your machine, with `--quick` only the identities; `--json` prints one
object, and `--markdown FILE` writes this page. `gradzoo verify --plant ROW` injects known errors into a row and shows
that the row fails; tests do this for every identity. Statistical rows have fixed seeds and a false-alarm rate of about
1e-4 or less.

f64 is double precision, SE a standard error, ESS the effective sample size as a share of the chains, and p the density
of the data. 784-400-20 are units per layer; 55k and 60k are numbers of training images. An aim is what we hope for
beyond the bound. The [glossary](glossary.md) defines the digit-FID; ring8, two-moons and grid25 are [toys](toys.md).

A figure with one seed depends on a processor's rounding if training amplifies the last bits. We compared three pairs of
kernels, OpenBLAS's and ours ([threads.md](threads.md)): SkylakeX with AVX-512, Haswell with AVX2, and Prescott with
portable ones. The KL from denoising score matching agrees to five digits (`score.dsm_kl_ring8`: 0.00031038). With the
first two, the KL of an energy trained with chains changed by half a percent (`ebm.kl_ring8`, former settings: 0.00348
and 0.00350), and four of ten collapsed GANs had another number of modes, with the same median, 3
(`gan.ring8_collapse`). Rows with random outcomes have several seeds.

A row says when it was measured, with which commit of the program, and on what processor, with OpenBLAS's kernels for it.
)";

// Escapes bars, which would end a cell.
std::string cell(const std::string& text) { return replaced(text, {{'|', "\\|"}}); }

// The line of a page that begins so, or "".
std::string line_of(const std::string& page, const std::string& begin) {
  const size_t at = page.find("\n" + begin);
  return at == std::string::npos ? "" : page.substr(at + 1, page.find('\n', at + 1) - at);
}

}  // namespace

std::string ledger_markdown(std::span<const Row> rows, const RowOutcome& outcome,
                            const std::string& measured_on, const std::string& before) {
  std::string identities, figures, settings;
  for (const Row& row : rows) {
    std::string& table = row.kind == RowKind::identity ? identities : figures;
    const std::string begin = fmt::format("| `{}` |", row.name),
                      begin_of_setting = fmt::format("- `{}` (", row.name);
    if (&row != outcome.row || !outcome.refusal.empty()) {
      table += line_of(before, begin);
      settings += line_of(before, begin_of_setting);
      continue;
    }
    const RowResult& result = outcome.result;
    table += fmt::format("{} {} | {:.4g} | {} | {:.0f} | {} | {} |\n", begin, cell(row.claim), result.value,
                         gate_text(result.gate), outcome.seconds, measured_on,
                         outcome.pass ? "holds" : "**fails**");
    settings += fmt::format("{}{}): {}\n", begin_of_setting, row.source, result.setting);
  }
  std::string text = kIntroduction;
  for (const auto& [title, table] : {std::pair("Identities", identities), std::pair("Figures", figures)}) {
    if (!table.empty())
      text += fmt::format(
          "\n## {}\n\n| row | what holds | value | must be | seconds | measured | |\n"
          "|---|---|---|---|---|---|---|\n{}",
          title, table);
  }
  return text + "\n## How each row was measured\n\n" + settings;
}

}  // namespace gradzoo
