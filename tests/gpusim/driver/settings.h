// What a test can set: the device's properties, the order in which things run, and faults to come.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace gpusim {

enum class Order { kForward, kReverse, kRandom };

struct Settings {
  Settings();  // from the environment, GPUSIM_...

  bool noDevice = false;
  int driverVersion = 13000;
  int capability = 90;  // 10 * major + minor
  uint64_t memoryBytes = uint64_t{2} << 30;  // each takes up to six of the host
  int multiprocessors = 4;  // few, so that grid-stride loops go round
  Order order = Order::kForward;
  uint64_t seed = 1;
  uint64_t refusals = 0;  // seed by which algorithms of cuDNN refuse; 0: none does

  // False if there is no such order.
  bool schedule(const std::string& name, uint64_t newSeed);
};

// Faults to inject: the n-th call from now of a function returns a status, once.
class Injections {
 public:
  void fail(const std::string& api, int nth, int status);
  // The status that this call must return, or 0.
  int take(const std::string& api);
  void clear() { pending_.clear(); }

 private:
  std::multimap<std::string, std::pair<int, int>> pending_;  // name -> calls to go, status
};

// splitmix64, Steele et al. 2014: the simulator's own randomness, replayed by the seed.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next();
  uint64_t below(uint64_t bound) { return next() % bound; }

 private:
  uint64_t state_;
};

}  // namespace gpusim
