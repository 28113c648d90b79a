// The calls that choose an algorithm and those that compute.
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <utility>

#include "algorithms.h"
#include "refusals.h"

using namespace simdnn;
using gpusim::DevicePointer;

namespace {

// A call as its descriptors give it. x, w and y are the convolution's, whichever of them is computed.
struct Descriptors {
  Tensor* x;
  Filter* w;
  Convolution* convolution;
  Tensor* y;

  Problem problem(const Handle& handle) const { return problem_of(handle, x, w, convolution, y); }
};

struct Workspace {
  void* data;
  size_t size;
};

int max_count(const char* api, Pass pass, Handle* handle, int* count) {
  return call(api, [&](std::string&) {
    live(handle, "handle");
    output(count, "count") = int(algorithms(pass).size());
  });
}

int rank(const char* api, Pass pass, Handle* handle, const Descriptors& d, int requested, int* returned,
         AlgoPerf* results, bool measured) {
  return call(api, [&](std::string& details) {
    const Handle& h = live(handle, "handle");
    require(requested >= 1, "requestedAlgoCount must be positive, got " + std::to_string(requested));
    require(returned != nullptr && results != nullptr, "returnedAlgoCount or perfResults is null");
    const Problem p = d.problem(h);
    details = p.text;
    *returned = 0;
    for (const AlgoPerf& r : ranking(pass, p, measured)) {
      if (*returned < requested) results[(*returned)++] = r;
    }
  });
}

int workspace_size(const char* api, Pass pass, Handle* handle, const Descriptors& d, int number, size_t* size) {
  return call(api, [&](std::string& details) {
    const Problem p = d.problem(live(handle, "handle"));
    const Algorithm& a = algorithm_for(pass, number, p);
    details = std::string(a.name) + " " + p.text;
    check_refusal(Refusal::kListed, pass, a, p);
    check_refusal(Refusal::kWorkspace, pass, a, p);
    output(size, "sizeInBytes") = a.workspace(p);
  });
}

DevicePointer address(const void* pointer, const char* name) {
  require(pointer != nullptr, std::string(name) + " is null");
  const auto p = DevicePointer(reinterpret_cast<uintptr_t>(pointer));
  require(p % sizeof(float) == 0, std::string(name) + " is not aligned to 4 bytes");
  return p;
}

float scale(const void* pointer, const char* name) {
  require(pointer != nullptr, std::string(name) + " is null");
  float value;
  std::memcpy(&value, pointer, sizeof value);
  return value;
}

// Fills what was passed with garbage, which differs from call to call, up to a little more than the algorithm needs.
void spoil(DevicePointer workspace, size_t size, const char* what) {
  static std::atomic<uint32_t> calls{0};
  if (size < sizeof(float)) return;
  float* words = gpusim::writable(workspace, size / sizeof(float) * sizeof(float), what);
  const uint32_t garbage = 0x7fc00000u + calls++ % 0x1000;  // NaN
  for (size_t i = 0; i < size / sizeof(float); i++) std::memcpy(words + i, &garbage, sizeof garbage);
}

// The sum of parts of an output, each rounded to float32 and then added in an order that differs from call to call:
// what atomic additions do on a device.
template <class Part>
void add_in_some_order(int64_t terms, std::vector<double>& sum, Part part) {
  static std::atomic<unsigned> calls{0};
  const int64_t parts = std::min<int64_t>(terms, 4);
  const unsigned turn = calls++;
  std::vector<double> one(sum.size());
  std::vector<float> total(sum.size(), 0.0f);
  for (int64_t i = 0; i < parts; i++) {
    const int64_t j = (turn % 2 == 0 ? i + turn / 2 : parts - 1 - i + turn / 2) % parts;
    part(one.data(), terms * j / parts, terms * (j + 1) / parts);
    for (size_t e = 0; e < one.size(); e++) total[e] += float(one[e]);
  }
  std::copy(total.begin(), total.end(), sum.begin());
}

// The real library opens others when it first computes.
void open_others() {
  const char* names = std::getenv("GPUSIM_CUDNN_OPENS");
  std::istringstream list(names == nullptr ? "" : names);
  for (std::string name; std::getline(list, name, ':');) {
    if (dlopen(name.c_str(), RTLD_LAZY) != nullptr) continue;
    if (std::getenv("GPUSIM_CUDNN_ABORTS") != nullptr) {
      std::fprintf(stderr, "Could not load library %s. Error: %s\n", name.c_str(), dlerror());
      std::abort();
    }
    throw Refused{kSublibraryLoadingFailed, dlerror()};
  }
}

// What work on the device needs of a call. The operands in the order x, w, y.
struct Job {
  const char* api;
  Pass pass;
  Algorithm algorithm;
  Problem problem;
  DevicePointer x, w, y;
  float alpha, beta;
  DevicePointer workspace;
  size_t spoiled;

  // TensorFloat-32 has 11 bits, counting the hidden one. 18 stand for what Winograd's and Fourier's transforms lose.
  int bits() const { return problem.math != kFmaMath ? 11 : algorithm.plain ? 24 : 18; }

  void run() const {
    const Shape& s = problem.shape;
    const std::string name = api;
    const auto in = [&](const Operand& o, DevicePointer p, const char* which) {
      return gather(o.layout, p, (name + which).c_str(), bits());
    };
    const auto out = [&](const Operand& o, DevicePointer p, const char* which, const std::vector<double>& values) {
      std::vector<double> results = values;
      if (std::getenv("GPUSIM_CUDNN_WRONG") != nullptr) results.back() += 1;
      scatter(o.layout, p, (name + which).c_str(), alpha, beta, results);
    };
    if (spoiled > 0) spoil(workspace, spoiled, (name + ": workSpace").c_str());
    switch (pass) {
      case Pass::kForward: {
        const auto xs = in(problem.x, x, ": x");
        const auto ws = in(problem.w, w, ": w");
        std::vector<double> ys(size_t(s.y_elements()));
        forward(s, xs.data(), ws.data(), ys.data());
        out(problem.y, y, ": y", ys);
        break;
      }
      case Pass::kBackwardData: {
        const auto ws = in(problem.w, w, ": w");
        const auto ys = in(problem.y, y, ": dy");
        std::vector<double> xs(size_t(s.x_elements()));
        const auto part = [&](double* dx, int64_t from, int64_t to) {
          backward_data(s, ws.data(), ys.data(), dx, from, to);
        };
        if (algorithm.deterministic) {
          part(xs.data(), 0, s.k);
        } else {
          add_in_some_order(s.k, xs, part);
        }
        out(problem.x, x, ": dx", xs);
        break;
      }
      case Pass::kBackwardFilter: {
        const auto xs = in(problem.x, x, ": x");
        const auto ys = in(problem.y, y, ": dy");
        std::vector<double> ws(size_t(s.w_elements()));
        const auto part = [&](double* dw, int64_t from, int64_t to) {
          backward_filter(s, xs.data(), ys.data(), dw, from, to);
        };
        if (algorithm.deterministic) {
          part(ws.data(), 0, s.y_rows());
        } else {
          add_in_some_order(s.y_rows(), ws, part);
        }
        out(problem.w, w, ": dw", ws);
        break;
      }
    }
  }

  // The output must not lie on an input, nor the workspace on either. cuDNN leaves that to its callers.
  void check_apart(size_t workspace_bytes) const {
    struct Range {
      const char* name;
      const Layout& layout;
      DevicePointer p;
      bool written;
    };
    const int64_t words[kAxes] = {1, 1, 1, 1, int64_t(workspace_bytes / sizeof(float))};
    const int64_t ones[kAxes] = {1, 1, 1, 1, 1};
    const Layout scratch(words, ones);
    const Range ranges[] = {{"x", problem.x.layout, x, pass == Pass::kBackwardData},
                            {"w", problem.w.layout, w, pass == Pass::kBackwardFilter},
                            {"y", problem.y.layout, y, pass == Pass::kForward},
                            {"workSpace", scratch, workspace, workspace_bytes >= sizeof(float)}};
    for (const Range& a : ranges) {
      for (const Range& b : ranges) {
        if (!a.written || &a == &b || (&b == &ranges[3] && !b.written)) continue;
        require(!share_memory(a.layout, a.p, b.layout, b.p), std::string(a.name) + " lies on " + b.name);
      }
    }
  }
};

int compute(const char* api, Pass pass, Handle* handle, const Descriptors& d, const void* x, const void* w,
            const void* y, int number, Workspace ws, const void* alpha, const void* beta) {
  return call(api, [&](std::string& details) {
    const Handle& h = live(handle, "handle");
    const Problem p = d.problem(h);
    open_others();
    const Algorithm& a = algorithm_for(pass, number, p);
    for (Refusal way : {Refusal::kListed, Refusal::kWorkspace, Refusal::kWork, Refusal::kMemory}) {
      check_refusal(way, pass, a, p);
    }
    const size_t needed = a.workspace(p);
    require(ws.size >= needed, std::string(a.name) + " needs " + std::to_string(needed) + " bytes of workspace, got " +
                                   std::to_string(ws.size));
    require(ws.size == 0 || ws.data != nullptr, "workSpace is null, its size " + std::to_string(ws.size));
    const DevicePointer scratch = ws.size == 0 ? 0 : address(ws.data, "workSpace");
    require(ws.size == 0 || gpusim::checkNow(scratch, ws.size),
            "workSpace does not lie in device memory with all of its " + std::to_string(ws.size) + " bytes");
    constexpr size_t kBeyond = 1 << 16;
    const Job job{api,
                  pass,
                  a,
                  p,
                  address(x, "x"),
                  address(w, "w"),
                  address(y, "y"),
                  scale(alpha, "alpha"),
                  scale(beta, "beta"),
                  scratch,
                  std::min(ws.size, needed + kBeyond)};
    job.check_apart(ws.size);
    details = std::string(a.name) + " " + p.text + " workspace=" + std::to_string(ws.size) +
              " alpha=" + std::to_string(job.alpha) + " beta=" + std::to_string(job.beta);
    if (!gpusim::enqueue(h.stream, api, [job] { job.run(); })) {
      throw Refused{kExecutionFailed, "the handle's stream takes no more work"};
    }
  });
}

}  // namespace

// The three passes differ in the order of their descriptors, D1 to D4.
#define CHOOSERS(PASS, WORD, D1, D2, D3, D4)                                                                           \
  CUDNN_API int cudnnGetConvolution##WORD##AlgorithmMaxCount(Handle* handle, int* count) {                             \
    return max_count("cudnnGetConvolution" #WORD "AlgorithmMaxCount", PASS, handle, count);                            \
  }                                                                                                                    \
  CUDNN_API int cudnnGetConvolution##WORD##Algorithm_v7(Handle* handle, D1, D2, D3, D4, int requested, int* returned,  \
                                                        AlgoPerf* results) {                                           \
    return rank("cudnnGetConvolution" #WORD "Algorithm_v7", PASS, handle, {x, w, convolution, y}, requested, returned, \
                results, false);                                                                                       \
  }                                                                                                                    \
  CUDNN_API int cudnnFindConvolution##WORD##Algorithm(Handle* handle, D1, D2, D3, D4, int requested, int* returned,    \
                                                      AlgoPerf* results) {                                             \
    return rank("cudnnFindConvolution" #WORD "Algorithm", PASS, handle, {x, w, convolution, y}, requested, returned,   \
                results, true);                                                                                        \
  }                                                                                                                    \
  CUDNN_API int cudnnGetConvolution##WORD##WorkspaceSize(Handle* handle, D1, D2, D3, D4, int algorithm,                \
                                                         size_t* size) {                                               \
    return workspace_size("cudnnGetConvolution" #WORD "WorkspaceSize", PASS, handle, {x, w, convolution, y},           \
                          algorithm, size);                                                                            \
  }

CHOOSERS(Pass::kForward, Forward, Tensor* x, Filter* w, Convolution* convolution, Tensor* y)
CHOOSERS(Pass::kBackwardData, BackwardData, Filter* w, Tensor* y, Convolution* convolution, Tensor* x)
CHOOSERS(Pass::kBackwardFilter, BackwardFilter, Tensor* x, Tensor* y, Convolution* convolution, Filter* w)

CUDNN_API int cudnnConvolutionForward(Handle* handle, const void* alpha, Tensor* x_desc, const void* x, Filter* w_desc,
                                      const void* w, Convolution* convolution, int algorithm, void* workspace,
                                      size_t workspace_size, const void* beta, Tensor* y_desc, void* y) {
  return compute("cudnnConvolutionForward", Pass::kForward, handle, {x_desc, w_desc, convolution, y_desc}, x, w, y,
                 algorithm, {workspace, workspace_size}, alpha, beta);
}

CUDNN_API int cudnnConvolutionBackwardData(Handle* handle, const void* alpha, Filter* w_desc, const void* w,
                                           Tensor* dy_desc, const void* dy, Convolution* convolution, int algorithm,
                                           void* workspace, size_t workspace_size, const void* beta, Tensor* dx_desc,
                                           void* dx) {
  return compute("cudnnConvolutionBackwardData", Pass::kBackwardData, handle, {dx_desc, w_desc, convolution, dy_desc},
                 dx, w, dy, algorithm, {workspace, workspace_size}, alpha, beta);
}

CUDNN_API int cudnnConvolutionBackwardFilter(Handle* handle, const void* alpha, Tensor* x_desc, const void* x,
                                             Tensor* dy_desc, const void* dy, Convolution* convolution, int algorithm,
                                             void* workspace, size_t workspace_size, const void* beta, Filter* dw_desc,
                                             void* dw) {
  return compute("cudnnConvolutionBackwardFilter", Pass::kBackwardFilter, handle,
                 {x_desc, dw_desc, convolution, dy_desc}, x, dw, dy, algorithm, {workspace, workspace_size}, alpha,
                 beta);
}
