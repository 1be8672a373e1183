#pragma once

#include "gradzoo/models/base/abilities.h"
#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/pictures/picture.h"
#include "gradzoo/state/state.h"

/// Conversion of a model's quantities, pictures and abilities from its own units of points (PointUnits) to
/// the data's units. Units that are not set change nothing.
namespace gradzoo {

/// Converts a value of this dimension.
double in_data_units(double value, const Dimension& dimension, const PointUnits& units);
/// Converts values and errors.
Quantities in_data_units(Quantities quantities, const PointUnits& units);
/// Converts points, planes and bars of data, and densities by the Jacobian. Arrows have no scale.
Picture in_data_units(Picture picture, const PointUnits& units);
/// Converts the examples of requests, and their results and log-densities. If each coordinate has its own
/// scale, standard deviations of noise are in these scales.
Abilities in_data_units(Abilities abilities, const PointUnits& units);

///@{
/// Converts a target between both units: log-densities by the Jacobian, scores by the chain rule.
Target in_data_units(const Target& target, const PointUnits& units);
Target in_model_units(const Target& target, const PointUnits& units);
///@}

///@{
/// The names of the units' entries in a State; add_units() adds the entries if the units are set.
inline constexpr const char *kCentreEntry = "units.centre", *kScaleEntry = "units.scale";
void add_units(State& state, const PointUnits& units);
///@}

}  // namespace gradzoo
