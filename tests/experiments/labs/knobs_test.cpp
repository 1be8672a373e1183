// Knobs do what they say: what a lab finds at another value is what theory says of that value; and every knob
// changes something.
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <set>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/another_value.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

// Knobs with which a lab takes a moment.
const std::map<std::string, std::vector<std::string>> kBriefly = {
    {"blindness", {"separations=2,4"}},
    {"coin", {"flips=100"}},
    {"compression", {"sizes=30", "trials=20"}},
    {"forward-reverse-kl", {"steps=3"}},
    {"gan-on-a-line", {"steps=20"}},
    {"gaussian-laplace", {"sizes=10", "trials=200"}},
    {"langevin", {"walk_steps=10", "dimensions=1", "chains=20"}},
    {"likelihood-vs-quality", {"dimensions=3"}},
    {"mode-collapse", {"steps=4", "looks=2", "seeds=1"}},
    {"nce-constant", {"steps=10", "hidden=4"}},
    {"noise-levels", {"steps=4", "chains=20", "walk_steps=20", "levels=3"}},
    {"one-idea", {"steps=4", "samples=20", "walk_steps=4"}},
    {"optimal-discriminator", {"steps=4", "early_steps=2"}},
    {"prior-holes", {"steps=2", "images=100", "draws=100"}},
    {"relu-lost-gradient", {"units=2", "sharpnesses=4,16"}},
    {"score-matching", {"steps=2", "hidden=4", "half_way=2", "batches=2"}}};

// Knobs that change nothing here, with the reason.
const std::map<std::string, std::string> kSilent = {
    {"prior-holes epochs", "steps, where given, stand in their place, and an epoch takes a minute"}};

// Knobs of what is drawn alone.
const std::set<std::string> kDrawn = {"mode-collapse looks"};

// The bytes of all pictures.
std::string pictures_of(const LabResult& result) {
  std::string bytes;
  for (const LabPicture& picture : result.pictures) bytes += picture.drawing.bytes;
  return bytes;
}

// The bytes of all numbers that a lab finds, without their names.
std::string numbers_of(const LabResult& result) {
  std::string bytes;
  for (const LabTable& table : result.tables)
    for (const LabTable::Row& row : table.rows)
      for (const double value : row.values) {
        char number[sizeof value];
        std::memcpy(number, &value, sizeof value);
        bytes.append(number, sizeof value);
      }
  return bytes;
}

}  // namespace

TEST_CASE("every lab has numbers, a picture and words, and every knob of it changes the numbers") {
  size_t excused = 0;
  for (const LabEntry& entry : labs()) {
    CAPTURE(entry.name);
    REQUIRE(kBriefly.contains(entry.name));
    const std::vector<std::string>& briefly = kBriefly.at(entry.name);
    const LabResult usual = entry.run({.seed = 1}, briefly);
    CHECK(!numbers_of(usual).empty());
    CHECK(!pictures_of(usual).empty());
    CHECK(!usual.interpretation.empty());
    CHECK(!usual.exercise.empty());
    const std::unique_ptr<Lab> lab = entry.make();
    OptionTable knobs;
    lab->describe(knobs);
    for (const std::string& knob : briefly) knobs.assign(knob);
    for (const Option& knob : knobs.all()) {
      CAPTURE(knob.key);
      std::vector<std::string> turned = briefly;
      const std::string value = test::another_value(knob);
      REQUIRE(!value.empty());
      turned.push_back(knob.key + "=" + value);
      const std::string name = entry.name + " " + knob.key;
      excused += kSilent.count(name) + kDrawn.count(name);
      const LabResult other = entry.run({.seed = 1}, turned);
      CHECK((numbers_of(other) != numbers_of(usual)) == !(kSilent.contains(name) || kDrawn.contains(name)));
      if (kDrawn.contains(name)) CHECK(pictures_of(other) != pictures_of(usual));
    }
  }
  CHECK(excused == kSilent.size() + kDrawn.size());  // each is a knob
}

TEST_CASE("coin: a chance of one half gives no evidence, and a flat sceptic is the flat prior") {
  const LabResult fair = find_lab("coin").run({.seed = 1}, {"chance=0.5", "flips=10000", "sceptic=1"});
  const LabTable& table = fair.table("flips");
  CHECK(table.at("10000", "bits against fair") < 0);
  CHECK(table.at("10000", "from Beta(1, 1)") == table.at("10000", "posterior mean"));
  CHECK(table.at("10000", "posterior mean") == approx(0.5).epsilon(0.02));
}

TEST_CASE("compression: equal symbols have three bits, and Huffman's code is as short as can be") {
  const LabResult even = find_lab("compression").run({.seed = 1}, {"sharpness=0", "sizes=1000", "trials=50"});
  const LabTable& table = even.table("training symbols");
  CHECK(table.at("1000", "bits per symbol") - table.at("1000", "bits lost") == approx(3).epsilon(1e-9));
  const LabResult sharp =
      find_lab("compression").run({.seed = 1}, {"sharpness=3", "sizes=1000", "trials=50"});
  CHECK(sharp.table("training symbols").at("1000", "bits per symbol") < 2);
}

TEST_CASE("gaussian-laplace: errors of type I are the level that is allowed") {
  const LabResult found =
      find_lab("gaussian-laplace").run({.seed = 1}, {"level=0.2", "sizes=30", "trials=20000"});
  for (const char* test : {"mean", "variance", "kurtosis", "likelihood ratio"})
    CHECK(found.table("samples, type I").at("30", test) == approx(0.2).epsilon(0.06));
}

TEST_CASE("forward-reverse-kl: the forward fit has the mixture's mean and variance, wherever the modes are") {
  const LabResult found =
      find_lab("forward-reverse-kl").run({}, {"left=0.25", "apart=1.5", "width=0.5", "steps=1200"});
  const LabTable& table = found.table("fit by");
  CHECK(table.at("forward KL", "mean") == approx(0.75).epsilon(1e-3));  // .75 * 1.5 - .25 * 1.5
  const double variance = 0.25 + 1.5 * 1.5 - 0.75 * 0.75;
  CHECK(table.at("forward KL", "sd") == approx(std::sqrt(variance)).epsilon(1e-3));
}

TEST_CASE("likelihood-vs-quality: a model of standard deviation s loses d (log s + 1/(2 s^2) - 1/2)") {
  const LabResult found = find_lab("likelihood-vs-quality").run({.seed = 1}, {"wide=1.5", "dimensions=100"});
  const double lost = 100 * (std::log(1.5) + 1 / (2 * 1.5 * 1.5) - 0.5);
  CHECK(found.table("dimensions").at("100", "50 % too wide") == approx(lost).epsilon(0.02));
}

TEST_CASE("optimal-discriminator: far bumps that are p's own are p against itself") {
  const LabResult found = find_lab("optimal-discriminator").run({.seed = 1}, {"away=1.2", "steps=50"});
  CHECK(found.table("p, q").at("bumps, bumps far away", "2 JSD - log 4") ==
        approx(-std::log(4.0)).epsilon(1e-9));
}

TEST_CASE("blindness: equal weights have no divergence, and no noise leaves what was there") {
  const LabTable same = find_lab("blindness").run({}, {"left=0.5", "separations=4"}).table("separation");
  CHECK(std::abs(same.at("4", "KL, nats")) < 1e-12);
  const LabTable plain =
      find_lab("blindness").run({}, {"left=0.7", "noise=0", "separations=4,16"}).table("separation");
  CHECK(plain.at("4", "KL, nats") == plain.at("4", "KL with noise"));
  CHECK(plain.at("16", "KL, nats") == approx(-0.5 * std::log(4 * 0.7 * 0.3)).epsilon(1e-6));
}

TEST_CASE("noise-levels: rows are named by the levels that were walked") {
  const LabResult found = find_lab("noise-levels")
                              .run({.seed = 1}, {"sigma=0.3", "sigma_begin=2", "levels=5", "steps=100",
                                                 "chains=50", "walk_steps=100"});
  const LabTable& table = found.table("chains on the score");
  for (const char* row : {"exact, no noise", "one level, 0.3", "one level, 2", "annealed, 2 to 0.3"})
    CHECK(std::isfinite(table.at(row, "near a mode")));
}

TEST_CASE("mode-collapse, nce-constant, one-idea, prior-holes, relu and score-matching take their knobs") {
  const LabResult gans =
      find_lab("mode-collapse").run({.seed = 1}, {"steps=60", "looks=2", "seeds=2", "noise=1"});
  CHECK(gans.table("setting").rows.size() == 4);
  CHECK(gans.interpretation.find("from 2 seeds") != std::string::npos);
  const LabResult constants =
      find_lab("nce-constant").run({.seed = 1}, {"steps=30", "hidden=8", "width=2", "narrow=0.4", "wide=9"});
  for (const char* row : {"2", "2, early", "0.4, narrow", "9, wide"})
    CHECK(std::isfinite(constants.table("noise width").at(row, "c - log Z")));
  // A wide ring is smooth: its score far from the data is that of one Gaussian, and Euler errs less.
  const auto ends = [](const char* width) {
    return find_lab("one-idea")
        .run({.seed = 1}, {"steps=150", "samples=100", "walk_steps=20", std::string("width=") + width})
        .table("solver");
  };
  CHECK(ends("0.5").at("DDIM", "near a mode") != ends("0.1").at("DDIM", "near a mode"));
  const LabTable one =
      find_lab("relu-lost-gradient").run({.seed = 1}, {"units=1", "sharpnesses=64"}).table("activation");
  CHECK(one.at("relu", "differences") == approx(one.at("relu", "Leibniz")).epsilon(1e-3));
  // Each changes what it names, and nothing else: dsm's noise, the noise on what D sees.
  const auto by_sigma = [](const char* sigma) {
    return find_lab("score-matching")
        .run({.seed = 1}, {"steps=3", "hidden=4", "half_way=2", "batches=3", std::string("sigma=") + sigma})
        .table("objective");
  };
  const LabTable small = by_sigma("0.05"), large = by_sigma("0.8");
  CHECK(small.at("dsm", "KL, nats") != large.at("dsm", "KL, nats"));
  CHECK(small.at("ism", "KL, nats") == large.at("ism", "KL, nats"));
  const LabTable quiet = find_lab("mode-collapse")
                             .run({.seed = 1}, {"steps=60", "looks=2", "seeds=2", "noise=0"})
                             .table("setting");
  const LabTable& loud = gans.table("setting");
  CHECK(quiet.at("collapse, with noise", "D's loss") != loud.at("collapse, with noise", "D's loss"));
  CHECK(quiet.at("collapse, with noise", "D's loss") == quiet.at("collapse", "D's loss"));
  CHECK(quiet.at("collapse", "D's loss") == loud.at("collapse", "D's loss"));
  const LabResult scores =
      find_lab("score-matching")
          .run({.seed = 1}, {"steps=3", "hidden=4", "half_way=2", "batches=3", "left=0.6", "sigma=0.2"});
  CHECK(scores.interpretation.find("0.6 and 0.4") != std::string::npos);
  const LabResult holes = find_lab("prior-holes").run({.seed = 1}, {"steps=10", "images=200", "draws=300"});
  CHECK(holes.tables.front().rows.size() == 2);
}

}  // namespace gradzoo
