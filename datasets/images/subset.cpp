#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/dataset.h"

namespace gradzoo {
namespace {

std::vector<int64_t> numbers_of(const std::string& key, const std::string& text, int64_t classes) {
  std::optional<std::vector<int64_t>> labels = parse_numbers<int64_t>(text);
  if (!labels)
    throw Error("{}='{}' is not a list of labels. Hint: use {}=7, or several as in {}=0,1", key, text, key,
                key);
  for (const int64_t label : *labels) {
    if (label < 0 || label >= classes)
      throw Error("{}={}: label {} is not a class of these images. Hint: use labels from 0 to {}", key, text,
                  label, classes - 1);
  }
  return std::move(*labels);
}

template <class Keep>
Examples kept(const Examples& examples, Keep keep) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < examples.count(); ++i)
    if (keep(i)) rows.push_back(examples.rows.data<int64_t>()[i]);
  Examples out = examples;
  out.rows = empty({static_cast<int64_t>(rows.size())}, DType::i64);
  std::ranges::copy(rows, out.rows.mutable_data<int64_t>());
  return out;
}

Examples of_labels(const Examples& examples, const std::vector<int64_t>& labels) {
  if (!examples.labels.defined()) return examples;
  return kept(examples, [&](int64_t i) {
    const int64_t label = examples.labels.data<uint8_t>()[examples.rows.data<int64_t>()[i]];
    return std::ranges::find(labels, label) != labels.end();
  });
}

Examples of_ink(const Examples& examples, const Examples& training, Ink ink) {
  std::vector<double> all = mean_grey(training);
  const size_t quarter = (all.size() - 1) / 4, place = ink == Ink::thin ? quarter : all.size() - 1 - quarter;
  std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(place));
  const double threshold = all[place];
  const std::vector<double> grey = mean_grey(examples);
  return kept(examples, [&](int64_t i) {
    const double own = grey[static_cast<size_t>(i)];
    return ink == Ink::thin ? own <= threshold : own >= threshold;
  });
}

}  // namespace

void SubsetOptions::describe(OptionTable& options) {
  options.add("only", only, "labels of the images to use, in training and evaluation: 7, or 0,1");
  options.add("exclude", exclude, "labels of the images to omit: 9, or 8,9");
  options.add(
      "ink", ink, kInks,
      "thick: the quarter of these images with the highest mean grey; thin: the quarter with the lowest");
}

std::vector<int64_t> SubsetOptions::labels(int64_t classes) const {
  std::vector<int64_t> meant(static_cast<size_t>(classes));
  std::iota(meant.begin(), meant.end(), int64_t{0});
  if (only != "all") meant = numbers_of("only", only, classes);
  if (exclude != "none")
    for (const int64_t label : numbers_of("exclude", exclude, classes)) std::erase(meant, label);
  if (meant.empty())
    throw Error("only={} and exclude={} leave no label. Hint: remove one of these options", only, exclude);
  return meant;
}

std::string SubsetOptions::description() const {
  std::string text;
  const auto add = [&](std::string_view key, std::string_view value, std::string_view all) {
    if (value != all) text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value);
  };
  add("only", only, "all");
  add("exclude", exclude, "none");
  add("ink", name_of(kInks, ink), "any");
  return text;
}

Examples subset_of(const Examples& examples, const Examples& training, const SubsetOptions& options,
                   int64_t classes) {
  if (options.is_all()) return examples;
  if (!examples.labels.defined() && (options.only != "all" || options.exclude != "none"))
    throw Error("{} selects by label, and these examples have no labels. Hint: remove that option",
                options.description());
  const std::vector<int64_t> labels =
      examples.labels.defined() ? options.labels(classes) : std::vector<int64_t>();
  Examples out = of_labels(examples, labels);
  const Examples learned = of_labels(training, labels);
  if (out.count() > 0 && learned.count() > 0 && options.ink != Ink::any)
    out = of_ink(out, learned, options.ink);
  if (out.count() == 0 || learned.count() == 0)
    throw Error("{} leaves no image. Hint: use other labels, or ink=any", options.description());
  return out;
}

std::vector<double> mean_grey(const Examples& images) {
  std::vector<double> out;
  const int64_t size = images.size();
  const uint8_t* values = images.values.data<uint8_t>();
  for (int64_t i = 0; i < images.count(); ++i) {
    const uint8_t* image = values + images.rows.data<int64_t>()[i] * size;
    out.push_back(std::accumulate(image, image + size, 0.0) / (255.0 * static_cast<double>(size)));
  }
  return out;
}

}  // namespace gradzoo
