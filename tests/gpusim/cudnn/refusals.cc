#include "refusals.h"

#include <string>

#include "gpusim.h"

namespace simdnn {
namespace {

// FNV-1a, then the end of splitmix64.
uint64_t hash(uint64_t seed, Pass pass, int number, const std::string& text) {
  uint64_t h = 0xcbf29ce484222325u ^ seed;
  const auto add = [&h](uint64_t value) { h = (h ^ value) * 0x100000001b3u; };
  add(uint64_t(pass) + 1);
  add(uint64_t(number) + 1);
  for (const char c : text) add(uint64_t(static_cast<unsigned char>(c)));
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
  return h ^ (h >> 31);
}

// The algorithm that is left, or -1.
int spared(uint64_t seed, Pass pass, const Problem& problem) {
  std::vector<int> sound;
  for (const Algorithm& a : algorithms(pass)) {
    if (a.deterministic && a.plain && a.refusal(problem) == nullptr) sound.push_back(a.number);
  }
  return sound.empty() ? -1 : sound[hash(seed, pass, -1, problem.text) % sound.size()];
}

}  // namespace

Refusal random_refusal(Pass pass, const Algorithm& algorithm, const Problem& problem) {
  const uint64_t seed = gpusim::refusals();
  if (seed == 0 || algorithm.number == spared(seed, pass, problem)) return Refusal::kNone;
  return Refusal(hash(seed, pass, algorithm.number, problem.text) % 5);
}

void check_refusal(Refusal way, Pass pass, const Algorithm& algorithm, const Problem& problem) {
  if (random_refusal(pass, algorithm, problem) != way) return;
  const int status = way == Refusal::kMemory ? kDeviceAllocationFailed : kNotSupported;
  throw Refused{status, std::string(algorithm.name) + ": refuses at random, as a test asked for"};
}

}  // namespace simdnn
