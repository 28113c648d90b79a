// A device as host programs use it, and checks.
#pragma once

#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "../driver/simulator.h"
#include "driver_api.h"
#include "kernels.h"

namespace test {

inline int failures = 0;
inline int checks = 0;

inline void check(bool ok, const std::string& what) {
  checks++;
  if (ok) return;
  failures++;
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
}

inline void success(int status, const char* what) {
  if (status == 0) return;
  const char* name = nullptr;
  cuGetErrorName(status, &name);
  check(false, std::string(what) + " returned " + (name == nullptr ? "?" : name) + ": " +
                   gpusim::simulator().journal.lastError());
}

#define MUST(call) ::test::success((call), #call)

// A fresh simulator with its context current and a non-blocking stream.
class Gpu {
 public:
  explicit Gpu(const char* order = "forward", uint64_t seed = 1) {
    gpusim::simulator().reset();
    gpusim::simulator().settings.schedule(order, seed);
    gpusim::simulator().streams.seed(seed);
    MUST(cuInit(0));
    MUST(cuDevicePrimaryCtxRetain(&context, 0));
    MUST(cuCtxSetCurrent(context));
    unsigned image = 0xba55ed50;
    MUST(cuModuleLoadData(&module, &image));
    stream = newStream();
  }

  void* newStream() {
    void* made = nullptr;
    MUST(cuStreamCreate(&made, 1));
    return made;
  }

  unsigned long long allocate(size_t floats) {
    unsigned long long p = 0;
    MUST(cuMemAlloc_v2(&p, floats * sizeof(float)));
    return p;
  }

  unsigned long long upload(const std::vector<float>& values) {
    unsigned long long p = allocate(values.size());
    MUST(cuMemcpyHtoD_v2(p, values.data(), values.size() * sizeof(float)));
    return p;
  }

  std::vector<float> download(unsigned long long p, size_t floats) {
    std::vector<float> values(floats);
    MUST(cuMemcpyDtoH_v2(values.data(), p, floats * sizeof(float)));
    return values;
  }

  float* pinned(size_t floats) {
    void* p = nullptr;
    MUST(cuMemHostAlloc(&p, floats * sizeof(float), 0));
    return static_cast<float*>(p);
  }

  int launch(const char* name, unsigned blocks, unsigned long long x, unsigned long long y, long long count,
             int number = 0, void* on = nullptr) {
    void* function = nullptr;
    MUST(cuModuleGetFunction(&function, module, name));
    TestParams p = {sizeof p, number, reinterpret_cast<float*>(x), reinterpret_cast<float*>(y), count};
    void* params[] = {&p};
    return cuLaunchKernel(function, blocks, 1, 1, 256, 1, 1, 0, on == nullptr ? stream : on, params, nullptr);
  }

  int synchronize() { return cuStreamSynchronize(stream); }

  void* context = nullptr;
  void* module = nullptr;
  void* stream = nullptr;
};

inline const std::string& lastError() { return gpusim::simulator().journal.lastError(); }

inline void expectError(const std::string& name, int expected, int got, const std::vector<std::string>& parts) {
  check(got == expected,
        name + ": status " + std::to_string(got) + ", expected " + std::to_string(expected) + " (" + lastError() + ")");
  for (const std::string& part : parts) {
    check(lastError().find(part) != std::string::npos, name + ": \"" + part + "\" is missing in: " + lastError());
  }
}

void kernels();
void programs();
void streams();
void graphs();

}  // namespace test
