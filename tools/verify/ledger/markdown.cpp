#include "tools/verify/ledger/markdown.h"

#include <algorithm>

#include <fmt/format.h>

namespace gradzoo {
namespace {

constexpr const char* kIntroduction =
    R"(# The ledger

`gradzoo verify` holds what theory and papers say against what this code computes on your machine; `--quick` runs the
identities, `--json` prints them for a program, and `--markdown` writes this page. `gradzoo verify --plant ROW`
plants the errors that a row is there for and sees it fail; tests do so for every identity. Statistical rows have fixed
seeds and a false-alarm rate below 1e-4.

A figure of one seed moves with how a processor rounds, as far as its training carries a last bit. Under three pairs of
kernels, OpenBLAS's and ours ([threads.md](threads.md)), SkylakeX with AVX-512, Haswell with AVX2 and Prescott with
portable ones, a KL by denoising score matching is the same to five digits (`score.dsm_kl_ring8`, .00031038). By the first
two, that of an energy trained on chains moves by half a percent (`ebm.kl_ring8`, .00348 and .00350), and four of ten
collapsed GANs end on another number of modes, while their median, which is the row's value, is 3 by both
(`gan.ring8_collapse`). So a row whose runs go by chance is gated by several of them.
)";

// A bar would end a cell.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string table(const std::vector<RowOutcome>& outcomes, RowKind kind) {
  std::string text = "| row | what holds | value | must be | seconds | |\n|---|---|---|---|---|---|\n";
  for (const RowOutcome& outcome : outcomes) {
    if (outcome.row->kind != kind) continue;
    text += fmt::format("| `{}` | {} | {:.4g} | {} | {:.0f} | {} |\n", outcome.row->name,
                        cell(outcome.row->claim), outcome.result.value, gate_text(outcome.result.gate),
                        outcome.seconds, outcome.pass ? "holds" : "**fails**");
  }
  return text;
}

}  // namespace

std::string ledger_markdown(const std::vector<RowOutcome>& outcomes, const std::string& measured_on) {
  std::string text = fmt::format("{}\nMeasured on {}.\n", kIntroduction, measured_on);
  struct Section {
    const char* title;
    RowKind kind;
  };
  for (const Section section :
       {Section{"Identities", RowKind::identity}, Section{"Figures", RowKind::figure}}) {
    if (std::ranges::none_of(outcomes, [&](const auto& o) { return o.row->kind == section.kind; })) continue;
    text += fmt::format("\n## {}\n\n{}", section.title, table(outcomes, section.kind));
  }
  text += "\n## How each was measured\n\n";
  for (const RowOutcome& outcome : outcomes) {
    text += fmt::format("- `{}` ({}): {}\n", outcome.row->name, outcome.row->source, outcome.result.setting);
  }
  return text;
}

}  // namespace gradzoo
