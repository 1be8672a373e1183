#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/training.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/experiments/zoo.h"
#include "tools/python/python.h"

/// Trained runs: opened, trained, and used as the commands use them.
namespace gradzoo::python {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// A scope that computes as the commands do: nothing is recorded, and denormals are zero. Its end keeps
/// denormals again, which NumPy expects.
class AsCommand {
 public:
  ~AsCommand() { set_flush_denormals(false); }

 private:
  RunMode mode_;
};

/// Lines of progress, which a stream passes on to a function of Python. An exception of the function is
/// thrown later.
class Lines {
 public:
  explicit Lines(py::object told) : told_(std::move(told)) {
    if (told_.is_none()) return;
    stream_ = ::fopencookie(this, "w", {.read = nullptr, .write = &write, .seek = nullptr, .close = nullptr});
    if (stream_) std::setvbuf(stream_, nullptr, _IOLBF, 1 << 12);
  }
  ~Lines() {
    if (stream_) std::fclose(stream_);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  std::FILE* stream() const { return stream_; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  static ssize_t write(void* self, const char* text, size_t size) {
    Lines& lines = *static_cast<Lines*>(self);
    const py::gil_scoped_acquire lock;
    try {
      if (!lines.failure_) lines.told_(std::string(text, size));
    } catch (...) {
      lines.failure_ = std::current_exception();
    }
    return static_cast<ssize_t>(size);
  }

  py::object told_;
  std::FILE* stream_ = nullptr;
  std::exception_ptr failure_;
};

/// A run, opened once for what takes tensors.
class PythonRun {
 public:
  explicit PythonRun(const std::string& name) {
    const AsCommand mode;
    OpenedRun opened(name);
    path = std::filesystem::path(opened.path()).lexically_normal().string();
    description = opened.description();
    seed = opened.seed();
    model = std::move(static_cast<OpenedModel&>(opened));
    abilities = model.model->abilities();
  }

  // Examples (n, ...) in the units of training, one row each.
  Tensor rows(const Tensor& x) const {
    const Shape& example = model.shape.example;
    if (x.rank() != example.rank() + 1 && x.rank() != 2)
      throw Error("{}: examples of {}. Hint: give (n, ...) with {} for each", path, x.shape().str(),
                  example.str());
    return cast(flatten_rows(x).detach(), DType::f32);
  }
  Tensor examples(const Tensor& rows) const {
    return reshape(rows, model.shape.example.insert(0, rows.dim(0)));
  }
  Rng stream(std::optional<uint64_t> chosen) const { return Rng(chosen.value_or(seed), "samples"); }
  template <class Ability>
  const Ability& able(const Ability& ability, const char* what) const {
    if (!ability)
      throw Error("{}: this model has no {}. Hint: gradzoo list uses names the models that have", path, what);
    return ability;
  }

  std::string path, description;
  uint64_t seed = 0;
  OpenedModel model;
  Abilities abilities;
};

std::vector<std::string> assignments(const Settings& settings) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : settings) texts.push_back(fmt::format("{}={}", key, value));
  return texts;
}

Tensor sample(const PythonRun& self, int64_t n, const std::optional<int64_t>& label,
              std::optional<uint64_t> seed, const Settings& settings) {
  if (n < 1) throw Error("sample: n = {}. Hint: a whole number from 1 on", n);
  const Unlocked unlocked;
  const AsCommand mode;
  const OpenedRun run(self.path, seed);
  Rng rng = run.sample_stream();
  const Tensor labels = label ? full({n}, static_cast<double>(*label), DType::i64) : Tensor();
  return run.samples(n, rng, labels, assignments(settings));
}

// A computation on examples: (n, ...) -> what fn returns for (n, elements).
template <class Fn>
Tensor on_rows(const PythonRun& self, const Tensor& x, Fn fn) {
  const Unlocked unlocked;
  const AsCommand mode;
  return fn(self.rows(x));
}

void bind_abilities(py::class_<PythonRun>& c) {
  const auto x = py::arg("x");
  const auto seed = py::arg("seed") = py::none();
  c.def(
      "log_prob",
      [](const PythonRun& self, const Tensor& examples, std::optional<uint64_t> s) {
        Rng rng = self.stream(s);
        return on_rows(self, examples, [&](const Tensor& rows) {
          return self.able(self.abilities.log_prob, "density")->of(rows, rng);
        });
      },
      x, seed,
      "Returns the log-probability of each example (n, ...) in nats; log_prob_meaning says what it is.");
  c.def_property_readonly("log_prob_meaning", [](const PythonRun& self) {
    return self.able(self.abilities.log_prob, "density")->meaning;
  });
  c.def(
      "score",
      [](const PythonRun& self, const Tensor& examples, std::optional<double> sigma) {
        const Target& target = self.abilities.target;
        return on_rows(self, examples, [&](const Tensor& rows) {
          return self.examples(sigma ? noisy_score_of(target, rows, *sigma) : score_of(target, rows));
        });
      },
      x, py::arg("sigma") = py::none(),
      "Returns grad log p at each example, in its shape; of noisy data at noise sigma.");
  c.def(
      "encode",
      [](const PythonRun& self, const Tensor& examples) {
        return on_rows(self, examples,
                       [&](const Tensor& rows) { return self.able(self.abilities.encode, "encoder")(rows); });
      },
      x, "Returns the codes (n, codes) of examples.");
  c.def(
      "decode",
      [](const PythonRun& self, const Tensor& codes) {
        const AsCommand mode;
        return self.examples(self.able(self.abilities.decode, "decoder")(codes));
      },
      py::arg("codes"), "Returns the mean of p(x|code) for codes (n, codes).");
  c.def(
      "denoise",
      [](const PythonRun& self, const Tensor& examples, double sigma, std::optional<uint64_t> s) {
        Rng rng = self.stream(s);
        const DataKind& kind = self.model.shape.kind();
        return on_rows(self, examples, [&](const Tensor& rows) {
          return self.examples(
              self.able(self.abilities.denoise, "denoiser")({rows, sigma, rng, {kind.low, kind.high}}));
        });
      },
      x, py::arg("sigma"), seed, "Removes Gaussian noise of standard deviation sigma from examples.");
  c.def(
      "inpaint",
      [](const PythonRun& self, const Tensor& images, const Tensor& known, std::optional<uint64_t> s) {
        Rng rng = self.stream(s);
        const Tensor mask = cast(reshape(known, {known.size()}), DType::f32);
        return on_rows(self, images, [&](const Tensor& rows) {
          return self.examples(self.able(self.abilities.inpaint, "completion of images")({rows, mask, rng}));
        });
      },
      py::arg("images"), py::arg("known"), seed,
      "Draws the pixels of images in [0,1] where `known`, one image, is 0.");
}

// {"json": what the command prints, "text": the lines above it, "picture": (ending, bytes) or None}.
py::dict run_use(const std::string& name, const std::vector<std::string>& names,
                 const std::vector<std::string>& files, int64_t n, std::optional<uint64_t> seed,
                 const Settings& options, const std::vector<std::string>& settings, const py::object& told) {
  const auto use = std::ranges::find(uses(), name, &Use::name);
  if (use == uses().end()) throw Error("use: '{}' is not known. Hint: gradzoo list uses", name);
  const std::unique_ptr<UseOptions> chosen = use->options();
  OptionTable table;
  chosen->describe(table);
  for (const auto& [key, value] : options) table.set(key, value, name);
  Lines lines(told);
  UseResult result;
  std::string json;
  {
    const Unlocked unlocked;
    const AsCommand mode;
    UseCall call = open_call(*use, {names, files, n, seed, settings, lines.stream()});
    result = chosen->run(call);
    json = json_of(*use, call, result).dump();
  }
  lines.rethrow();
  if (!result.failure.empty()) throw Error(result.failure);
  py::dict out;
  out["json"] = json;
  out["text"] = result.text + number_lines(result.numbers) + result.remarks;
  out["picture"] = result.picture
                       ? py::object(py::make_tuple(result.picture->ending, py::bytes(result.picture->bytes)))
                       : py::none();
  return out;
}

py::tuple train(const std::string& model, const Settings& settings, const std::string& config,
                const std::string& out, bool resume, const py::object& told) {
  Lines lines(told);
  TrainOutcome outcome;
  {
    const Unlocked unlocked;
    const AsCommand mode;
    outcome = train_run({.model = model,
                         .config = config,
                         .assignments = assignments(settings),
                         .out = out,
                         .resume = resume,
                         .progress = lines.stream(),
                         .watch = watch_samples});
  }
  lines.rethrow();
  return py::make_tuple(outcome.directory, outcome.step, outcome.finished);
}

}  // namespace

void bind_runs(py::module_& m) {
  py::class_<PythonRun> run(m, "OpenedRun");
  run.def(py::init<const std::string&>(), py::arg("path"))
      .def_readonly("path", &PythonRun::path)
      .def_readonly("seed", &PythonRun::seed)
      .def_property_readonly("model", [](const PythonRun& self) { return self.model.options->entry().name; })
      .def_property_readonly("step", [](const PythonRun& self) { return self.model.step; })
      .def_property_readonly("example_shape", [](const PythonRun& self) { return self.model.shape.example; })
      .def("__repr__", [](const PythonRun& self) { return self.description; })
      .def("draw", &sample);
  bind_abilities(run);
  m.def("run_use", &run_use);
  m.def("use_names", [] {
    std::vector<std::string> names;
    for (const Use& use : uses()) names.push_back(use.name);
    return names;
  });
  m.def("train_run", &train);
  m.def("zoo_names", &zoo_names, "Returns the names of the zoo's runs, sorted.");
  m.def(
      "dataset",
      [](const std::string& name, const std::string& split) {
        const Dataset data(name);
        const Examples part = data.split(value_named(kSplits, split, "split"));
        const auto rows = [&](const Tensor& x) {
          return x.defined() ? py::cast(index_select(x, 0, part.rows)) : py::none();
        };
        return py::make_tuple(rows(part.values), rows(part.labels));
      },
      py::arg("name"), py::arg("split") = "train",
      "Returns the examples of a dataset, u8 images or points, and their labels or None. split: fit, valid, "
      "train or test.");
  py::class_<Toy, std::shared_ptr<Toy>>(m, "Toy", "A known density of points, such as ring8.")
      .def(py::init([](const std::string& name) { return std::const_pointer_cast<Toy>(make_toy(name)); }),
           py::arg("name"))
      .def(
          "sample", [](const Toy& toy, int64_t n, Rng* rng) { return toy.sample(n, or_default(rng)); },
          py::arg("n"), py::arg("rng") = py::none(), "Returns n exact samples (n, d).")
      .def("log_prob", &Toy::log_prob, py::arg("x"),
           "Returns log p(x) of every row in nats, differentiable: (B, d) -> (B).")
      .def("score", &Toy::score, py::arg("x"), "Returns grad log p(x): (B, d) -> (B, d).");
  m.def("picture_of", [](const Tensor& x) {
    Picture picture{"samples", "", ImageGrid{cast(x, DType::f32)}};
    if (x.rank() == 2 && x.dim(1) == 2)
      picture.content = Scatter{x, zeros({x.dim(0)}, DType::i64), "coordinate 1", "coordinate 2"};
    return py::bytes(draw_picture(picture).bytes);
  });
}

}  // namespace gradzoo::python
