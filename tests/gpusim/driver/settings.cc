#include "settings.h"

#include <cstdio>
#include <cstdlib>

namespace gpusim {

namespace {

long long number(const char* name, long long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

}  // namespace

Settings::Settings() {
  noDevice = number("GPUSIM_NO_DEVICE", 0) != 0;
  driverVersion = static_cast<int>(number("GPUSIM_DRIVER_VERSION", driverVersion));
  capability = static_cast<int>(number("GPUSIM_COMPUTE_CAPABILITY", capability));
  memoryBytes = static_cast<uint64_t>(number("GPUSIM_MEMORY_BYTES", static_cast<long long>(memoryBytes)));
  seed = static_cast<uint64_t>(number("GPUSIM_SEED", 1));
  refusals = static_cast<uint64_t>(number("GPUSIM_CUDNN_REFUSALS", 0));
  if (const char* name = std::getenv("GPUSIM_SCHEDULE")) {
    if (!schedule(name, seed)) {
      std::fprintf(stderr, "gpusim: GPUSIM_SCHEDULE=%s, expected forward, reverse or random\n", name);
      std::abort();
    }
  }
}

bool Settings::schedule(const std::string& name, uint64_t newSeed) {
  if (name == "forward") {
    order = Order::kForward;
  } else if (name == "reverse") {
    order = Order::kReverse;
  } else if (name == "random") {
    order = Order::kRandom;
  } else {
    return false;
  }
  seed = newSeed;
  return true;
}

void Injections::fail(const std::string& api, int nth, int status) { pending_.insert({api, {nth, status}}); }

int Injections::take(const std::string& api) {
  int status = 0;
  auto [at, end] = pending_.equal_range(api);
  while (at != end) {
    if (--at->second.first > 0) {
      ++at;
      continue;
    }
    if (status == 0) status = at->second.second;
    at = pending_.erase(at);
  }
  return status;
}

uint64_t Random::next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace gpusim
