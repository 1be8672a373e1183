#pragma once

#include <string>

#include "fuzz/targets.h"
#include "gradzoo/experiments/config_file.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/models/run/session.h"

namespace gradzoo::fuzz {

/// Options written to `path` as a run's config.toml are the same where they are read again.
inline void require_same_when_read_again(const RunOptions& options, const std::string& path) {
  const std::string& model = options.entry().name;
  const std::string text = config_text(model, options.table());
  write_anew(path, text);
  RunOptions again(options.entry());
  bool same = false;
  if (accepts([&] { apply_config(read_config(path), again.table()); }))
    same = config_text(model, again.table()) == text;
  require(same, "options are the same when they are written and read again");
}

}  // namespace gradzoo::fuzz
