#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "tools/verify/ledger/row.h"
#include "tools/verify/ledger/statistics.h"

/// Functions that return the rows of each file, in the order of `gradzoo verify`. Each file of rows includes
/// this header, which has the usual tools of a measurement: ops, tapes, statistics and formats.
namespace gradzoo {

using Rows = std::vector<Row>;

Rows derivative_rows(), closed_form_rows(), layer_rows(), flow_matching_rows(), distance_rows(), path_rows(),
    dde_rows(), vae_exactness_rows(), vae_estimator_rows(), vae_figure_rows(), gan_game_rows(),
    gan_critic_rows(), gan_mode_rows(), contrastive_divergence_rows(), composition_rows(),
    spectral_norm_rows(), ebm_toy_rows(), ebm_image_rows(), langevin_rows(), hamiltonian_rows(),
    bit_table_rows(), diagnostic_rows(), annealed_rows(), ais_plane_rows(), score_matching_rows(),
    sliced_variance_rows(), linear_score_rows(), tweedie_rows(), fisher_divergence_rows(), score_toy_rows(),
    nce_objective_rows(), nce_toy_rows(), flow_figure_rows(), classifier_rows(), image_figure_rows(),
    code_rows(), rbm_machine_rows(), bars_and_stripes_rows(), ais_rbm_rows(), dbn_rows(), rbm_mnist_rows(),
    made_rows(), c2st_rows(), quality_rows(), coupling_flow_rows(), realnvp_figure_rows(), zoo_rows();

}  // namespace gradzoo
