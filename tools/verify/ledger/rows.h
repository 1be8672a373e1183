#pragma once

#include <vector>

#include "tools/verify/ledger/row.h"

/// The ledger's files, in the order of verify: one line each, and one in ledger.cpp.
namespace gradzoo {

std::vector<Row> derivative_rows();
std::vector<Row> closed_form_rows();
std::vector<Row> layer_rows();
std::vector<Row> flow_matching_rows();
std::vector<Row> distance_rows();
std::vector<Row> path_rows();
std::vector<Row> dde_rows();
std::vector<Row> vae_exactness_rows();
std::vector<Row> vae_estimator_rows();
std::vector<Row> vae_figure_rows();
std::vector<Row> gan_game_rows();
std::vector<Row> gan_critic_rows();
std::vector<Row> gan_mode_rows();
std::vector<Row> contrastive_divergence_rows();
std::vector<Row> composition_rows();
std::vector<Row> spectral_norm_rows();
std::vector<Row> ebm_toy_rows();
std::vector<Row> ebm_image_rows();
std::vector<Row> langevin_rows();
std::vector<Row> hamiltonian_rows();
std::vector<Row> bit_table_rows();
std::vector<Row> diagnostic_rows();
std::vector<Row> annealed_rows();
std::vector<Row> ais_plane_rows();
std::vector<Row> score_matching_rows();
std::vector<Row> sliced_variance_rows();
std::vector<Row> linear_score_rows();
std::vector<Row> tweedie_rows();
std::vector<Row> fisher_divergence_rows();
std::vector<Row> score_toy_rows();
std::vector<Row> nce_objective_rows();
std::vector<Row> nce_toy_rows();
std::vector<Row> flow_figure_rows();
std::vector<Row> classifier_rows();
std::vector<Row> image_figure_rows();
std::vector<Row> rbm_machine_rows();
std::vector<Row> bars_and_stripes_rows();
std::vector<Row> ais_rbm_rows();
std::vector<Row> dbn_rows();
std::vector<Row> rbm_mnist_rows();
std::vector<Row> made_rows();
std::vector<Row> c2st_rows();
std::vector<Row> quality_rows();
std::vector<Row> coupling_flow_rows();
std::vector<Row> realnvp_figure_rows();
std::vector<Row> zoo_rows();

}  // namespace gradzoo
