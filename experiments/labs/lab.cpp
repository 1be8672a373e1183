#include "gradzoo/experiments/labs/lab.h"

#include <algorithm>

#include "gradzoo/base/error.h"

namespace gradzoo {
void LabTable::add(std::string name, std::vector<double> values) {
  if (values.size() != columns.size())
    throw Error("lab: the row '{}' has {} values for {} columns", name, values.size(), columns.size());
  rows.push_back({std::move(name), std::move(values)});
}

double LabTable::at(std::string_view row, std::string_view column) const {
  const auto line = std::ranges::find(rows, row, &Row::name);
  const auto place = std::ranges::find(columns, column, &LabColumn::heading);
  if (line == rows.end() || place == columns.end())
    throw Error("lab: the table '{}' has no value in the column '{}' and the row '{}'", heading, column, row);
  return line->values[static_cast<size_t>(place - columns.begin())];
}

const LabTable& LabResult::table(std::string_view heading) const {
  const auto found = std::ranges::find(tables, heading, &LabTable::heading);
  if (found == tables.end()) throw Error("lab: there is no table with the heading '{}'", heading);
  return *found;
}

const LabEntry& find_lab(std::string_view name) { return find_named(labs(), name, "lab:"); }

LabResult LabEntry::run(const LabContext& context, std::span<const std::string> knobs) const {
  const std::unique_ptr<Lab> lab = make();
  OptionTable table;
  lab->describe(table);
  for (const std::string& knob : knobs) table.assign(knob);
  return lab->run(context);
}

LabEntry coin_lab(), compression_lab(), gaussian_laplace_lab(), forward_reverse_kl_lab(), langevin_lab(),
    likelihood_vs_quality_lab(), optimal_discriminator_lab(), gan_on_a_line_lab(), score_matching_lab(),
    blindness_lab(), mode_collapse_lab(), noise_levels_lab(), one_idea_lab(), prior_holes_lab(),
    nce_constant_lab(), relu_lost_gradient_lab();

namespace {

std::deque<LabEntry>& list() {
  static std::deque<LabEntry> all = {coin_lab(),
                                     compression_lab(),
                                     gaussian_laplace_lab(),
                                     forward_reverse_kl_lab(),
                                     langevin_lab(),
                                     likelihood_vs_quality_lab(),
                                     optimal_discriminator_lab(),
                                     gan_on_a_line_lab(),
                                     mode_collapse_lab(),
                                     prior_holes_lab(),
                                     blindness_lab(),
                                     noise_levels_lab(),
                                     nce_constant_lab(),
                                     one_idea_lab(),
                                     score_matching_lab(),
                                     relu_lost_gradient_lab()};
  return all;
}

}  // namespace

const std::deque<LabEntry>& labs() { return list(); }

void add_lab(LabEntry lab) { add_named(list(), std::move(lab), "lab"); }

}  // namespace gradzoo
