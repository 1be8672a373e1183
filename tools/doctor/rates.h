#pragma once

namespace gradzoo {

/// A rate with one thread and with all that the program takes.
struct Rate {
  double one = 0, all = 0;
};

/// What this machine does, measured for about four seconds.
struct MachineRates {
  Rate instructions;  // GFLOP/s of multiply-adds in registers: the most that products can have
  Rate products;      // GFLOP/s of f32 products of 1024 x 1024 matrices
  Rate convolutions;  // GFLOP/s of 3 x 3 convolutions of 64 channels, 14 x 14, batch 64
  Rate memory;        // GB/s that additions of 64 MB read and write
  double stolen = 0;  // share of the CPUs' time that the host gave to others meanwhile
  double others = 0;  // CPUs that other programs kept busy meanwhile
};

MachineRates measure_rates();

}  // namespace gradzoo
