#pragma once

#include "gradzoo/models/base/abilities.h"
#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/pictures/picture.h"
#include "gradzoo/state/state.h"

/// What a model measures, draws and can do in its own units of points (PointUnits), as the data's. Units that
/// are not set change nothing.
namespace gradzoo {

/// A number of such a dimension.
double in_data_units(double value, const Dimension& dimension, const PointUnits& units);
/// Values and errors.
Quantities in_data_units(Quantities quantities, const PointUnits& units);
/// Points, planes and bars of data; densities by the Jacobian. Arrows have no scale.
Picture in_data_units(Picture picture, const PointUnits& units);
/// Examples in, results and log-densities out. Where each number of a point has a scale of its own, the
/// standard deviation of noise is in these scales.
Abilities in_data_units(Abilities abilities, const PointUnits& units);

///@{
/// A target on points in the model's units, as one in the data's, and back: log-densities by the Jacobian,
/// scores by the chain rule.
Target in_data_units(const Target& target, const PointUnits& units);
Target in_model_units(const Target& target, const PointUnits& units);
///@}

///@{
/// The names of the units in a State, and their entries, if they are set.
inline constexpr const char *kCentreEntry = "units.centre", *kScaleEntry = "units.scale";
void add_units(State& state, const PointUnits& units);
///@}

}  // namespace gradzoo
