#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/gan/networks.h"
#include "models/networks/classes.h"

/// The quantities of a GAN's evaluation.
namespace gradzoo {

inline constexpr QuantityInfo kGanValue{"value", "nats"}, kGanDReal{"d_real", ""}, kGanDFake{"d_fake", ""},
    kGanGap{"critic_gap", "", {.lengths = 1}}, kGanScoreReal{"score_real", ""},
    kGanScoreFake{"score_fake", ""}, kGanSpread{"spread", ""};

/// Returns the mean of D(x), or of scores that are not logits, over at most 5,000 of the view's examples. If
/// it is well below the mean in training, D memorises its training examples.
Quantity gan_held_out_d(const Discriminator& discriminator, const GanLoss& loss, const Classes& classes,
                        const DataView& data);

/// Returns V(G, D) in nats, D(x) and D(G(z)) on at most 5,000 of the view's examples and as many fresh
/// samples; for scores that are not logits, their means and the difference of the means.
Quantities gan_value_quantities(const Generator& generator, const Discriminator& discriminator,
                                const GanLoss& loss, const Classes& classes, const DataView& data);

/// Returns the summed variance of 2,500 samples divided by the summed variance of the view's examples: 1 if
/// both are equally wide, near 0 if G has collapsed onto a point.
Quantity gan_spread(const Generator& generator, const Classes& classes, const DataView& data);

/// Returns a paragraph on these quantities in a healthy and in a collapsed run, and on this run.
std::string gan_reading(const Generator& generator, const Discriminator& discriminator, const GanLoss& loss,
                        const std::optional<ModeCoverage>& coverage, const Classes& classes,
                        const DataView& data);

}  // namespace gradzoo
