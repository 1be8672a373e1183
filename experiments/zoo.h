#pragma once

#include <string>
#include <vector>

#include "gradzoo/experiments/run_directory.h"

/// The zoo: runs whose weights come with the program. One is a folder with config.toml, weights.safetensors
/// (averages where the run kept some, in 8 bits, of few numbers in 16; no optimiser, no chains) and
/// card.json.
namespace gradzoo {

/// Where it lies, by find_data_folder() of GRADZOO_ZOO.
std::string zoo_folder();
/// Its runs' names, sorted.
std::vector<std::string> zoo_names();

/// The path of a run as it is typed: what is there goes first, else "zoo/ddpm" is the zoo's ddpm. Throws
/// Error for another name in zoo/.
std::string find_run(const std::string& typed);
/// The same of several, where "zoo/*", as a shell leaves it outside the source tree, is all of them.
std::vector<std::string> find_runs(const std::vector<std::string>& typed);

/// Throws Error where a card lies beside the weights and gives another SHA-256 than theirs.
void check_card(const RunDirectory& run);

}  // namespace gradzoo
