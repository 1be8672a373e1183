#pragma once

#include <string>
#include <vector>

#include "gradzoo/experiments/run_directory.h"

/// The zoo: runs whose weights are distributed with the program. Each is a folder with config.toml, card.json
/// and weights.safetensors: averaged weights if the run has them, in 8 bits (16 for small tensors), without
/// the state of optimisers and chains.
namespace gradzoo {

/// Returns the zoo's folder: find_data_folder() with GRADZOO_ZOO.
std::string zoo_folder();
/// Returns the names of the zoo's runs, sorted.
std::vector<std::string> zoo_names();

/// Returns the path of a run from its typed name: an existing path, otherwise the zoo's ddpm for "zoo/ddpm".
/// Throws Error for an unknown name in zoo/.
std::string find_run(const std::string& typed);
/// Returns the paths of several runs; "zoo/*", which a shell outside the source tree does not expand, means
/// all runs of the zoo.
std::vector<std::string> find_runs(const std::vector<std::string>& typed);

/// Throws Error if the run has a card whose SHA-256 differs from that of its weights.
void check_card(const RunDirectory& run);

}  // namespace gradzoo
