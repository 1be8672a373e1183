#include "fuzz/same_options.h"
#include "fuzz/targets.h"
#include "gradzoo/experiments/config_file.h"

namespace gradzoo::fuzz {

bool config(Bytes bytes) {
  static const test::ScratchDirectory scratch;
  const std::string path = scratch.file("config.toml");
  write_anew(path, text_of(bytes));
  return accepts([&] {
    const ConfigFile file = read_config(path);
    RunOptions options(find_model(file.model));
    apply_config(file, options.table());
    require_same_when_read_again(options, path);
  });
}

}  // namespace gradzoo::fuzz
