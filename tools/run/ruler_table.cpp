#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tools/run/ruler.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

// A line of the table: what, of the samples, of real images, of training images, and what it means.
std::string row(const std::string& what, const std::string& samples, const std::string& real,
                const std::string& training, const std::string& note = "") {
  std::string line = fmt::format("  {:<22} {:<16} {:<16} {:<16} {}", what, samples, real, training, note);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string share(const Estimate& e) { return fmt::format("{:.3f} +- {:.3f}", e.value, e.standard_error); }
std::string length(const Estimate& e) { return fmt::format("{:.2f} +- {:.2f}", e.value, e.standard_error); }
std::string distance(const Estimate& e) { return fmt::format("{:.4g} +- {:.2g}", e.value, e.standard_error); }

void add(Json& object, const std::string& key, const Estimate& estimate) {
  object[key] = estimate.value;
  object[key + "_standard_error"] = estimate.standard_error;
}

Json to_json(const RulerMeasure& measure) {
  const RulerReading& reading = measure.reading;
  Json out{{"count", reading.count}};
  add(out, "confident_share", reading.confident);
  if (reading.as_asked) add(out, "called_as_asked_share", *reading.as_asked);
  add(out, "label_entropy_nats", reading.label_entropy);
  out["called"] = reading.called;
  add(out, "diversity_within_class", reading.diversity);
  add(out, "nearest_training_image_median", reading.nearest_median);
  add(out, "nearest_training_image_mean", reading.nearest_mean);
  add(out, "frechet_distance", measure.frechet);
  if (measure.kernel) add(out, "kernel_distance", *measure.kernel);
  return out;
}

}  // namespace

std::string ruler_table(const RulerReport& report) {
  const RulerMeasure &samples = report.samples, &real = report.real, &training = report.training;
  std::string table =
      fmt::format("{}\nheld against {}{}\n\n", printable(report.samples_of), printable(report.classifier),
                  report.binary ? ", binary samples against binary images: pixels are drawn by their "
                                  "probabilities"
                                : "");
  table +=
      row("", fmt::format("{} samples", samples.reading.count), fmt::format("{} real", real.reading.count),
          fmt::format("{} trained on", training.reading.count));
  const auto line = [&](const std::string& what, auto words, Estimate RulerReading::*field,
                        const std::string& note = "") {
    table += row(what, words(samples.reading.*field), words(real.reading.*field),
                 words(training.reading.*field), note);
  };
  line(fmt::format("called with p > {}", kConfident), share, &RulerReading::confident);
  if (samples.reading.as_asked)
    table += row("called as asked", share(*samples.reading.as_asked), "", "",
                 "the classifier agrees with the label that was asked for");
  line("label entropy", share, &RulerReading::label_entropy,
       fmt::format("nats; {:.3f} where all classes come alike",
                   std::log(static_cast<double>(samples.reading.called.size()))));
  line("diversity", length, &RulerReading::diversity,
       "distance of features of two images that are called the same");
  line("nearest, median", length, &RulerReading::nearest_median,
       "Euclidean distance of pixels to the nearest training image");
  line("nearest, mean", length, &RulerReading::nearest_mean,
       "far below the real ones': learned by heart, or blurred");
  table += row("digit-FID", distance(samples.frechet), "", distance(training.frechet),
               "Frechet distance of features to all real ones; compare equal counts alone");
  if (samples.kernel && training.kernel)
    table += row("KID", distance(*samples.kernel), "", distance(*training.kernel),
                 "kernel distance to real ones; unbiased");
  table += "\n";
  for (size_t label = 0; label < samples.reading.called.size(); ++label) {
    table +=
        row(fmt::format("called {}", label), fmt::format("{}", samples.reading.called[label]),
            fmt::format("{}", real.reading.called[label]), fmt::format("{}", training.reading.called[label]));
  }
  return table + "\n+- is a standard error, by bootstrap over the images; KID's is over blocks of them.\n";
}

std::string ruler_json(const RulerReport& report) {
  const Json object{{"run", report.run},
                    {"samples_of", report.samples_of},
                    {"classifier", report.classifier},
                    {"split", name_of(kSplits, report.split)},
                    {"binary", report.binary},
                    {"confident_above", kConfident},
                    {"label_entropy_nats_of_all_alike",
                     std::log(static_cast<double>(report.samples.reading.called.size()))},
                    {"samples", to_json(report.samples)},
                    {"real", to_json(report.real)},
                    {"training_images", to_json(report.training)}};
  return object.dump();
}

}  // namespace gradzoo
