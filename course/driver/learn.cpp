// Step 6: runs the learner's learn.h, on cases and on the ring.
#include "learn.h"

#include <cmath>
#include <functional>
#include <numbers>

#include "cases.h"

using course::Array;

namespace {

Array read_array(driver::Words& words) {
  course::Shape shape(static_cast<size_t>(words.integer()));
  for (int& size : shape) size = words.integer();
  return course::constant(shape, words.numbers(course::count(shape)));
}

std::vector<Array> read_arrays(driver::Words& words) {
  std::vector<Array> arrays(static_cast<size_t>(words.integer()));
  for (Array& array : arrays) array = read_array(words);
  return arrays;
}

void answer_array(const Array& x, driver::Answer& answer) {
  answer.word(course::text(x.shape));
  for (size_t i = 0; i < x.values->size(); ++i) answer.number(x[i]);
}

// Eight Gaussians on the unit circle.
Array ring(int rows, double sigma, std::mt19937_64& random) {
  std::normal_distribution<double> normal(0, sigma);
  course::Numbers points;
  for (int i = 0; i < rows; ++i) {
    const double angle = static_cast<double>(random() % 8) * std::numbers::pi / 4;
    points.push_back(std::cos(angle) + normal(random));
    points.push_back(std::sin(angle) + normal(random));
  }
  return course::constant({rows, 2}, points);
}

double seconds_of(const std::function<void()>& work) {
  const double begun = driver::seconds_now();
  work();
  return driver::seconds_now() - begun;
}

// Where the time of a step goes: the seconds of the net, its gradient in x, the whole loss, the loss's
// gradient and Adam, each the best of a few.
void time_parts(driver::Words& words, driver::Answer& answer) {
  const int batch = words.integer();
  std::mt19937_64 random(1);
  std::vector<Array> parameters = course::initial_parameters({2, 64, 64, 1}, random);
  const Array points = ring(batch, words.number(), random);
  std::vector<double> best(5, INFINITY);
  for (int round = 0; round < 5; ++round) {
    course::ArrayTape tape, of_score;
    std::vector<Array> leaves;
    for (const Array& p : parameters) leaves.push_back(tape.leaf(p));
    const Array on_it = of_score.leaf(points);
    Array density, loss;
    std::vector<Array> gradients;
    course::Adam adam;
    const std::function<void()> parts[] = {
        [&] { density = course::log_density(parameters, on_it); },
        [&] { course::grad(density, {on_it}, true); },
        [&] { loss = course::score_matching_loss(leaves, tape.leaf(points)); },
        [&] { gradients = course::grad(loss, leaves); }, [&] { adam.step(parameters, gradients); }};
    for (size_t i = 0; i < best.size(); ++i) best[i] = std::min(best[i], seconds_of(parts[i]));
  }
  for (const double seconds : best) answer.number(seconds);
}

// Trains, and answers with the log-density on a grid at every quarter.
void train(driver::Words& words, driver::Answer& answer) {
  const int steps = words.integer(), batch = words.integer(), cells = words.integer();
  const double reach = words.number(), sigma = words.number();
  std::mt19937_64 random(static_cast<uint64_t>(words.number()));
  std::vector<Array> parameters = course::initial_parameters({2, 64, 64, 1}, random);
  course::Adam adam;
  course::Numbers points;
  for (int i = 0; i < cells * cells; ++i)
    for (const int k : {i / cells, i % cells}) points.push_back(-reach + (k + 0.5) * 2 * reach / cells);
  const Array grid = course::constant({cells * cells, 2}, points);
  std::string log_densities;
  double seconds = 0;
  for (int step = 0; step < steps; ++step) {
    adam.rate = 0.01 * (1 - static_cast<double>(step) / steps);
    const Array batch_points = ring(batch, sigma, random);
    seconds += seconds_of([&] { course::train_step(parameters, adam, batch_points); });
    if ((step + 1) % (steps / 4) != 0) continue;
    const Array found = course::log_density(parameters, grid);
    char digits[32];
    for (size_t i = 0; i < found.values->size(); ++i) {
      std::snprintf(digits, sizeof digits, " %.9g", found[i]);
      log_densities += digits;
    }
  }
  answer.number(seconds);
  answer.word(log_densities);
}

}  // namespace

void driver::answer_case(Words& words, Answer& answer) {
  const std::string what = words.next();
  if (what == "train") return train(words, answer);
  if (what == "parts") return time_parts(words, answer);
  if (what == "initial") {  // shapes, the weights' variance times their inputs, the biases' largest
    std::mt19937_64 random(static_cast<uint64_t>(words.number()));
    std::vector<int> sizes(static_cast<size_t>(words.integer()));
    for (int& size : sizes) size = words.integer();
    const std::vector<Array> parameters = course::initial_parameters(sizes, random);
    for (size_t k = 0; k < parameters.size(); ++k) {
      answer.word(course::text(parameters[k].shape));
      double squares = 0;
      for (const double number : *parameters[k].values) squares += number * number;
      answer.number(k % 2 == 0 ? squares / static_cast<double>(parameters[k].values->size()) *
                                     parameters[k].shape.at(0)
                               : squares);
    }
    return;
  }
  if (what == "adam") {  // parameters, then the gradients of some steps
    std::vector<Array> parameters = read_arrays(words);
    course::Adam adam;
    adam.rate = words.number();
    const int steps = words.integer();
    for (int step = 0; step < steps; ++step) {
      adam.step(parameters, read_arrays(words));
      for (const Array& p : parameters) answer_array(p, answer);
    }
    return;
  }
  std::vector<Array> parameters = read_arrays(words);
  if (what == "density") answer_array(course::log_density(parameters, read_array(words)), answer);
  if (what == "value") {
    course::ArrayTape tape;
    answer_array(course::score_matching_loss(parameters, tape.leaf(read_array(words))), answer);
  }
  if (what == "loss") {
    course::ArrayTape tape;
    std::vector<Array> leaves;
    for (const Array& p : parameters) leaves.push_back(tape.leaf(p));
    const Array loss = course::score_matching_loss(leaves, tape.leaf(read_array(words)));
    answer_array(loss, answer);
    for (const Array& g : course::grad(loss, leaves)) answer_array(g, answer);
  }
  if (what == "steps") {
    course::Adam adam;
    adam.rate = words.number();
    const int steps = words.integer();
    for (int step = 0; step < steps; ++step)
      answer.number(course::train_step(parameters, adam, read_array(words)));
    for (const Array& p : parameters) answer_array(p, answer);
  }
}
