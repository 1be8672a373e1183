// A program of a user's own that calls a function of every public header, one line a header: what a header
// declares is in the library that a user links with. every_header RUN: of a density on ring8. every_header.h
// includes them all.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <every_header.h>

using namespace gradzoo;

namespace {

int wrong = 0;

void of(const char* header, bool right) {
  if (right) return;
  std::printf("%s: a wrong result\n", header);
  ++wrong;
}

bool refuses(FunctionRef<void()> call) {
  try {
    call();
  } catch (const Error&) {
    return true;
  }
  return false;
}

// An op of a user's own: 2 x.
struct Twice {
  static constexpr const char* name = "twice";
  static constexpr const char* formula = "y = 2 x;  dx = 2 g";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {0};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    visit_floating(out.dtype(), [&]<class T>() {
      for (int64_t i = 0; i < out.size(); ++i) out.mutable_data<T>()[i] = 2 * in[0].data<T>()[i];
    });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, g * 2.0); }
  static std::vector<OpCase<Twice>> cases() { return unary_cases<Twice>({}); }
};

const Tensor kOne = ones({2, 3}), kPoints = reshape(arange(8, DType::f32), {4, 2});

void base() {
  of("base/allocation_count.h", counts_allocations == nullptr);
  of("base/atomic_file.h", refuses([] { write_file_atomically("nowhere/file", {}); }));
  of("base/clock.h", steady_seconds() > 0);
  of("base/container.h", container_limits("nowhere").memory == 0);
  of("base/error.h", std::string(Error("{} of {}", 1, 2).what()) == "1 of 2");
  of("base/folders.h", program_path().filename() == "every_header");
  of("base/function_ref.h", FunctionRef<int(int)>([](int x) { return 2 * x; })(3) == 6);
  of("base/options.h", refuses([] { throw_unknown("fruit", "aple", {"apple"}); }));
  of("base/plain_file.h", refuses([] { static_cast<void>(read_plain_file("nowhere", 1)); }));
  of("base/program_name.h", program_name() == "gradzoo");
  of("base/text.h", edit_distance("kitten", "sitting") == 3);
  of("base/version.h", std::string(kVersion).size() > 4);
}

void autograd() {
  Rng rng(1);
  const Tensor x = full({1}, 3.0, DType::f64).requires_grad_();
  const auto cube = [](const Tensor& t) { return sum(t * t * t); };
  of("autograd/check/finite_difference.h",
     five_point_stencil([](double t) { return std::vector<double>{t}; }, 0.1).slope.size() == 1);
  of("autograd/check/gradcheck.h", gradcheck(cube, x).ok);
  of("autograd/check/nested_gradient.h", !input_name({}, 1).empty());
  of("autograd/check/op_checks.h", listed_ops().size() > 50);
  of("autograd/functional/functional.h", hessian(cube, x).item() == 18);
  const Tape tape({.trace = true});
  const Tensor y = cube(x);
  of("autograd/grad.h", grad(y, x, {.retain_graph = true}).item() == 27);
  of("autograd/linalg.h", trace(eye(3)).item() == 3);
  of("autograd/mode.h", [] {
    const ModeScope scope;
    return tape_state().mode.recording;
  }());
  of("autograd/node.h", tape_state().nodes.size() == tape.end());
  of("autograd/op.h", grad(sum(apply<Twice>(x)), x, {.retain_graph = true}).item() == 2);
  of("autograd/op_info.h", tape_state().nodes[tape.end() - 1].op->name != nullptr);
  of("autograd/ops.h", sum(exp(zeros({2}))).item() == 2);
  of("autograd/ops/cases.h", !Twice::cases().empty());
  of("autograd/plain.h", all(ge(kOne, kOne)));
  of("autograd/print.h", to_string(kOne).size() > 6);
  of("autograd/random.h", randperm(5, rng).size() == 5);
  of("autograd/runtime.h", num_threads() > 0);
  of("autograd/shape.h", broadcast_shapes({2, 1}, {3}, "a test") == Shape{2, 3});
  of("autograd/storage.h", pool_stats().live_bytes > 0);
  of("autograd/tape.h", tape.size() > 0);
  of("autograd/tensor.h", dtype_name(kOne.dtype()) == "f32");
  of("autograd/trace.h", !trace_log().visits.empty());
}

void explain() {
  const Tape tape({.trace = true});
  const Tensor y = square(on_tape(ones({1}).requires_grad_()));
  of("explain/examples.h", !explain_examples().empty());
  of("explain/explain.h", y.item() == 1 && explain_text(tape).find("square") != std::string::npos);
  of("explain/explain_expression.h",
     explain_expression({.expression = "x^3", .at = "x=3", .order = 2}).text.find("f_xx = 18") !=
         std::string::npos);
  of("explain/expression.h", evaluate(parse_expression("x^2"), parse_variables("x=3")).item() == 9);
  of("explain/expression_functions.h", find_expression_function("sin") != nullptr);
  of("explain/program.h", whole_program({}).find("main") != std::string::npos);
}

void state_and_nn() {
  Rng rng(1);
  State state;
  state.add("one", kOne);
  of("state/state.h", state.entries().size() == 1);
  save_checkpoint("state.safetensors", state);
  of("state/checkpoint.h", load_checkpoint("state.safetensors", state).empty());
  of("state/safetensors.h", SafetensorsReader("state.safetensors").entries().size() == 1);
  const Linear net(3, 1, rng);
  Parameters parameters(net);
  of("nn/distributions.h", kl_standard_normal(zeros({2, 2}), zeros({2, 2})).size() == 4);
  of("nn/fit/gaussian_mixture.h", GaussianMixture::with_room(2, 3).components() == 2);
  of("nn/layers/gradcheck_module.h",
     gradcheck(Linear(3, 1, rng, {.dtype = DType::f64}), ones({2, 3}, DType::f64)).ok);
  of("nn/layers/image_layers.h", Conv2d(1, 2, 3, rng).parameters().size() == 2);
  of("nn/layers/init.h", init::fans({4, 3}).in == 3);
  of("nn/layers/layers.h", net(kOne).shape() == Shape{2, 1});
  of("nn/layers/module.h", net.named_parameters().size() == 2);
  of("nn/learn/learner.h", Ema(parameters).updates() == 0);
  of("nn/learn/optim.h", grad_norm(parameters) == 0);
  of("nn/learn/parameters.h", parameters.count() == 4);
  of("nn/learn/schedule.h", linear_decay(5, 10) == 0.5);
  of("nn/parallel/processes.h", this_process().is_alone());
  of("nn/parallel/shards.h", all(eq(mean_over_shards(kOne), kOne)));
}

void samplers() {
  Rng rng(1);
  const Target normal{.log_prob = [](const Tensor& x) { return sum(x * x, -1) * -0.5; }};
  Hmc hmc;
  of("samplers/ais.h", ais_estimate(zeros({5}, DType::f64)).ess > 0.99);
  of("samplers/chains.h", run_chains(normal, zeros({3, 2}), hmc, {.steps = 5}, rng).x.shape() == Shape{3, 2});
  of("samplers/compose.h", product_of(normal, normal).log_prob(kPoints).shape() == Shape{4});
  of("samplers/diagnostics/diagnostics.h", midranks(std::vector<double>{5, 5}).front() == 1.5);
  of("samplers/domain.h", !is_bounded(normal.domain));
  of("samplers/kinds/annealed.h", !AnnealedLangevin().sigmas().empty());
  of("samplers/kinds/gibbs.h", gibbs_entry().name == "gibbs");
  of("samplers/kinds/hmc.h", hmc.divergences() == 0);
  of("samplers/kinds/jumps.h", jumps_entry().name == "jumps");
  of("samplers/kinds/langevin.h", full_step(0.1, StepConvention::half) == 0.05);
  of("samplers/kinds/random_walk.h", RandomWalk().name() == "mh");
  of("samplers/metropolis.h", metropolis_acceptance(zeros({2})).shape() == Shape{2});
  of("samplers/registry.h", find_sampler("hmc").name == "hmc");
  of("samplers/replay_buffer.h", ReplayBuffer(kPoints, 0).count() == 4);
  of("samplers/sampler.h", hmc.x().shape() == Shape{3, 2});
  of("samplers/target.h", score_of(normal, kPoints).shape() == kPoints.shape());
  of("samplers/tweedie.h", tweedie_denoised(kPoints, kPoints, 0.0).shape() == kPoints.shape());
}

void datasets() {
  Rng rng(1);
  const std::shared_ptr<const Toy> ring = make_toy("ring8");
  const Tensor image = zeros({1, 4, 4}, DType::u8);
  const Examples examples{.values = image, .labels = {}, .rows = arange(1, DType::i64)};
  of("datasets/batches.h", ToyBatches(ring, {.batch = 3}).at(0).count() == 3);
  of("datasets/data_loader.h", DataLoader({kPoints}, {.batch_size = 2}).size() == 2);
  of("datasets/data_shape.h", any_labels(3, {{7, "seven"}}).to_vector() == std::vector<double>{7, 7, 7});
  of("datasets/dataset.h", SubsetOptions().is_all());
  of("datasets/examples.h", examples.count() == 1);
  of("datasets/images/check.h", !check_dataset("nowhere").findings.empty());
  of("datasets/images/image_dataset.h", ImageOptions().is_default());
  save_npy("points.npy", kPoints);
  of("datasets/images/npy.h", all(eq(load_npy("points.npy"), kPoints)));
  of("datasets/images/pixels.h", is_binary(Pixels::dynamic_binary));
  of("datasets/images/resample.h", crop_and_resample(image, 2).shape() == Shape{1, 2, 2});
  of("datasets/images/sha256.h", sha256_of({}).starts_with("e3b0c442"));
  of("datasets/kinds/kind.h", find_kind("points").pixels == false);
  of("datasets/registry.h", !dataset_names().empty());
  of("datasets/toys/toy.h", ring->sample(3, rng).shape() == Shape{3, 2});
}

Scatter dots() { return {kPoints, arange(4, DType::i64), "x", "y"}; }

struct TemperatureOption {
  double temperature = 2;
  void describe_sampling(OptionTable& options) { options.add("temperature", temperature, "", {0, 9}); }
};

void models() {
  Rng rng(1);
  const DataShape points{.example = {2}, .toy = make_toy("ring8")},
      images{.example = {4, 4}, .image_diameter = 4};
  const Examples examples{.values = kPoints, .labels = {}, .rows = arange(4, DType::i64)};
  const Tensor half = zeros({4}), labels = arange(4, DType::i64);
  const ScoreNetwork score({.is_energy = false}, rng);
  const auto log_density = [](const Tensor& x) { return sum(x * x, -1) * -0.5; };
  of("models/base/abilities.h", anomaly_by({.log_prob = log_density}, kPoints, rng).scores.size() == 4);
  of("models/base/density_quantities.h", bits_per_dim(zeros({1}), 1).item() == 8);
  const TemperatureOption warm;
  of("models/base/description.h", options_in<TemperatureOption>(*sampling_from(warm)()).temperature == 2);
  of("models/base/entry.h", TrainingOptions().learner().clip == 0);
  of("models/base/model.h", SampleRequest{.n = 3, .rng = rng}.n == 3);
  of("models/base/over_examples.h", mean_example(examples).size() == 2);
  of("models/base/quantity.h", quantity(kKl, 1, "a test").unit == "nats");
  of("models/classifier/classifier.h",
     ClassifierNetwork({.net = ClassifierNet::mlp}, {.example = {4, 4}, .classes = 2}, rng)(ones({1, 16}))
             .size() == 2);
  of("models/dbn/dbn.h", dbn_entry().name == "dbn");
  of("models/dde/dde.h", LevelPerceptron(2, {4}, 1, rng).predict(kPoints, ones({4, 1})).dim(0) == 4);
  of("models/ebm/ebm.h", ebm_ula({})->name() == "ula");
  of("models/eval/c2st.h", c2st(randn({60, 2}, rng), randn({60, 2}, rng)).accuracy <= 1);
  of("models/eval/estimate.h", auroc(ones({3}), zeros({3})).value == 1);
  of("models/eval/likelihood_and_samples.h", kernel_log_density(kPoints, 1, kPoints).size() == 4);
  of("models/eval/modes.h", mode_coverage(kPoints, *points.modes()).modes == 8);
  of("models/eval/probe.h", refuses([&] { static_cast<void>(probe({}, {}, {}, 2, 1)); }));
  of("models/eval/quadrature.h", density_fit(*points.toy, log_density).kl > 0);
  of("models/eval/sample_metrics.h", energy_distance(kPoints, kPoints) < 1e-6);
  of("models/gan/game.h", TwoBumps().sample(3, rng).size() == 3);
  of("models/gan/gan.h", gan_value(half, half).item() < 0);
  of("models/gan/networks.h", steep_leaky_relu(kPoints).size() == 8);
  of("models/made/made.h", order_of("natural", 3, 1).size() == 3);
  of("models/nce/nce.h", nce_logit(half, half).size() == 4);
  of("models/networks/coupling_flow.h", ActNorm(2, DType::f32).map(kPoints).to.size() == 8);
  of("models/networks/energy.h", EnergyNetwork(2, {}, rng).log_density(kPoints).size() == 4);
  of("models/networks/image_coder.h", is_codable(images));
  of("models/networks/noise_path.h", cosine_path()(0.5).data > 0);
  of("models/networks/rbm_layer.h", RbmLayer(2, 3, rng).free_energy(kPoints).size() == 4);
  of("models/networks/time_network.h", padded_side(28) >= 28);
  of("models/networks/units.h", Units(points.kind()).centred(kPoints).size() == 8);
  of("models/pictures/image_pictures.h", label_of_each_pair(labels).size() == 2);
  of("models/pictures/picture.h", dots().points.size() == 8);
  of("models/pictures/plane_pictures.h", in_plane(points.toy.get()));
  of("models/rbm/rbm.h", rbm_entry().name == "rbm");
  of("models/registry.h", find_model("vae").name == "vae");
  of("models/run/session.h", run_options("vae latent=3")->entry().name == "vae");
  of("models/run/trainer.h", refuses([] {
       const auto options = run_options("vae latent=3");
       const auto model = options->make_model({.example = {4, 4}, .image_diameter = 4});
       ShardedStep(*model, 3).check_rows(4);
     }));
  of("models/score/eval.h", curl_share(score, kPoints, rng) <= 1);
  of("models/score/network.h", score(kPoints).size() == 8);
  of("models/score/objectives.h", derivatives_in_x(ScoreObjective::dsm, true) == 1);
  const VaeNetwork vae({.data = images, .latent = 2, .hidden = 3}, rng);
  const Batch batch{.x = ones({3, 16}), .labels = {}, .rows = {}};
  const VaePrior prior(0, 2, 0);
  of("models/vae/eval.h", log_aggregate_posterior(kPoints, {.mean = kPoints, .logvar = kPoints}).size() == 4);
  of("models/vae/network.h", draw_codes({.mean = kPoints, .logvar = kPoints}, rng).size() == 8);
  of("models/vae/objective.h", vae_log_weights(vae, batch, 2, rng).size() == 6);
  of("models/vae/prior.h", prior.sample(Prior::normal, 3, {}, rng).size() == 6);
  of("models/vae/vae.h", vae_entry().name == "vae");
}

void plot() {
  const std::vector<double> values = {1, 2, 3, 4};
  const Image image = filled_image(2, 2, kInk);
  of("plot/canvas.h", image.rgb.size() == 12);
  of("plot/chart.h",
     svg_chart({.series = {{.x = values, .y = values}}}).svg.find("<svg") != std::string::npos);
  of("plot/drawing.h", !png_drawing(image).bytes.empty());
  of("plot/image.h", encode_png(image).size() > 8);
  of("plot/pages/curve_figure.h", !curve_figure({.series = {{.x = values, .y = values}}}).empty());
  of("plot/plane.h", draw_planes({{.points = {{0, 0}}}}).width > 0);
  of("plot/scale.h", range_of(values).high == 4);
}

// What is done with runs, with one.
void runs(const std::string& folder) {
  Rng rng(1);
  const RunDirectory directory(folder);
  OpenedRun run(folder);
  const ConfigFile config = read_config(directory.config());
  const SampleQuality quality{};
  of("experiments/child.h", run_child({"true"}, ".", "", {}).status == 0);
  of("experiments/config_file.h", config.model == "realnvp");
  of("experiments/draw_picture.h",
     !draw_picture({.name = "points", .caption = "", .content = dots()}).bytes.empty());
  of("experiments/labs/lab.h", find_lab("coin").name == "coin");
  of("experiments/live_line.h", !duration(61).empty());
  of("experiments/metrics_log.h", !read_metrics(directory.metrics()).empty());
  of("experiments/open_model.h",
     open_model(config, SafetensorsReader(directory.checkpoint()), false).step == 20);
  of("experiments/opened_run.h", run.samples(3, rng).dim(0) == 3);
  of("experiments/repeat_command.h", resume_command("a b") == "gradzoo train --resume 'a b'");
  of("experiments/run_directory.h", std::filesystem::exists(directory.config()));
  of("experiments/sample_watch.h", !SampleWatch());
  of("experiments/shared_training.h", !kernels_of_this_process().empty());
  of("experiments/training.h", refuses([] { renew_report("nowhere", nullptr); }));
  of("experiments/uses/capable_models.h", names_of({{"vae", ""}}).find("vae") != std::string::npos);
  of("experiments/uses/classifiers.h", !lacks_classifier(run.shape).empty());
  of("experiments/uses/sample_quality.h", quality_numbers(quality).size() > 1);
  of("experiments/uses/use.h", uses().size() > 10);
  of("experiments/uses/walk.h", WalkOptions("hmc", {}).make()->name() == "hmc");
  of("experiments/uses/write_images.h", image_bytes(kOne).dtype() == DType::u8);
  of("experiments/uses/write_samples.h", picture_ending(run.shape).starts_with("."));
  of("experiments/zoo.h", !zoo_names().empty());
}

void of_commands() {
  CommandLine line("brew", "Brews.", {{"gradzoo brew --cups 2", "two cups"}});
  int64_t cups = 1, seed = 0;
  line.option("--cups", "N", cups, "cups", 1, 9);
  add_seed(line, seed, "of the beans");
  of("commands/command_line.h", line.parse({"--cups", "2"}) && cups == 2);
  of("commands/command_page.h",
     manual_page({.name = "brew", .summary = "Brews."}).find("brew") != std::string::npos);
  of("commands/commands.h", commands().size() > 10);
  of("commands/own_model.h", refuses([] { add_model({.name = "vae"}); }));
  of("commands/program.h", !started_together());
  of("commands/shared_commands.h", !can_share());
  of("commands/shared_options.h", seed == 0);
  of("commands/values.h", !models_known().empty());
}

}  // namespace

int main(int, char** arguments) {
  base();
  autograd();
  explain();
  state_and_nn();
  samplers();
  datasets();
  models();
  plot();
  runs(arguments[1]);
  of_commands();
  return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
