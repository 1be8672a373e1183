#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace gradzoo {

/// A number for a reader: not more digits than a clock gives; null where there is none.
nlohmann::ordered_json rounded(double value);

/// {key: name} and what it was measured on: type, threads and BLAS.
nlohmann::ordered_json bench_object(const std::string& key, const std::string& name);

}  // namespace gradzoo
