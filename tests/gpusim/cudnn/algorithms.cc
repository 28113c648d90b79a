// What each algorithm can do: NVIDIA's API reference of the legacy convolution calls, "Supported Algorithms" of
// cudnnConvolutionForward, cudnnConvolutionBackwardData and cudnnConvolutionBackwardFilter. Sizes of workspaces and
// costs are plausible, not measured.
#include "algorithms.h"

#include "refusals.h"

#include <algorithm>

namespace simdnn {
namespace {

using Number = int64_t;

Number taps(const Problem& p) { return p.shape.w[0] * p.shape.w[1] * p.shape.w[2]; }
Number channels(const Problem& p) { return p.shape.groups * p.shape.c; }
Number filters(const Problem& p) { return p.shape.groups * p.shape.k; }
Number outputs(const Problem& p) { return p.shape.y[0] * p.shape.y[1] * p.shape.y[2]; }

size_t bytes(Number floats) { return (size_t(floats) * sizeof(float) + 255) / 256 * 256; }

bool all_ones(const int64_t values[3]) { return values[0] == 1 && values[1] == 1 && values[2] == 1; }

const char* none(const Problem&) { return nullptr; }
const char* not_implemented(const Problem&) { return "cuDNN has no implementation of it"; }
size_t nothing(const Problem&) { return 0; }

// Gradients come CHW-packed, or everything is channels-last.
const char* needs_packed_dy(const Problem& p) {
  const bool last = p.x.channels_last() && p.y.channels_last() && p.w.channels_last();
  return p.y.packed_from(1) || last ? nullptr : "dy must be CHW-packed";
}

const char* needs_images(const Problem& p) {
  if (p.rank != 2) return "it is for images";
  return all_ones(p.shape.dilation) ? nullptr : "dilation must be 1";
}

const char* fft_limits(const Problem& p) {
  if (!all_ones(p.shape.stride)) return "strides must be 1";
  if (!all_ones(p.shape.dilation)) return "dilation must be 1";
  if (!p.x.packed_from(2) || !p.y.packed_from(2)) return "tensors must be HW-packed";
  for (int i = 3 - p.rank; i < 3; i++) {
    if (p.shape.w[i] <= p.shape.pad[i]) return "the filter must be larger than the padding";
  }
  return nullptr;
}

const char* fft(const Problem& p) {
  if (p.rank != 2) return "it is for images";
  for (int i = 1; i < 3; i++) {
    if (p.shape.x[i] + 2 * p.shape.pad[i] > 256) return "the padded input must be at most 256 x 256";
  }
  return fft_limits(p);
}

const char* fft_tiling(const Problem& p) {
  const int64_t* w = p.shape.w;
  const bool line = p.rank == 2 && (w[1] == 1 || w[2] == 1);
  const int64_t most = p.rank == 3 ? 16 : line ? 256 : 32;
  if (std::max({w[0], w[1], w[2]}) > most) return "the filter is too large";
  return fft_limits(p);
}

const char* winograd_nonfused(const Problem& p) {
  if (p.rank != 2) return "it is for images";
  if (!all_ones(p.shape.stride) || !all_ones(p.shape.dilation)) return "strides and dilation must be 1";
  const bool fits = p.shape.w[1] == p.shape.w[2] && (p.shape.w[1] == 3 || p.shape.w[1] == 5);
  return fits ? nullptr : "the filter must be 3 x 3 or 5 x 5";
}

const char* winograd(const Problem& p) {
  if (p.shape.w[1] != 3 || p.shape.w[2] != 3) return "the filter must be 3 x 3";
  if (p.capability >= 9) return "it is not for compute capability 9 and above";
  return winograd_nonfused(p);
}

template <const char* (*refusal)(const Problem&)>
const char* on_packed_dy(const Problem& p) {
  const char* why = p.y.packed_from(1) ? nullptr : "dy must be CHW-packed";
  return why != nullptr ? why : refusal(p);
}

template <const char* (*refusal)(const Problem&)>
const char* on_packed(const Problem& p) {
  const char* why = p.x.packed_from(1) ? nullptr : "x must be CHW-packed";
  return why != nullptr ? why : on_packed_dy<refusal>(p);
}

size_t index_table(const Problem& p) { return bytes(p.shape.c * taps(p) + 64); }
size_t columns(const Problem& p) { return bytes(p.shape.c * taps(p) * outputs(p)); }
size_t filter_copies(const Problem& p) { return bytes(4 * filters(p) * p.shape.c * taps(p)); }

size_t spectra(const Problem& p) {
  Number plane = 2;
  for (int i = 3 - p.rank; i < 3; i++) {
    Number side = 16;
    while (side < std::min<Number>(p.shape.x[i] + 2 * p.shape.pad[i], 256)) side *= 2;
    plane *= side;
  }
  return bytes(plane * (p.shape.n * (channels(p) + filters(p)) + filters(p) * p.shape.c));
}

size_t tiles(const Problem& p) {
  const Number plane = p.rank == 3 ? 2 * 32 * 32 * 32 : 2 * 32 * 32;
  return bytes(plane * (channels(p) + filters(p) + filters(p) * p.shape.c));
}

size_t transformed_filters(const Problem& p) { return bytes(16 * filters(p) * p.shape.c); }

size_t transformed(const Problem& p) {
  const Number images = p.shape.n * ((p.shape.y[1] + 3) / 4) * ((p.shape.y[2] + 3) / 4);
  return bytes(36 * (images * (channels(p) + filters(p)) + filters(p) * p.shape.c));
}

template <int percent>
double times(const Problem&) {
  return percent / 100.0;
}

// Transforms pay for large filters only.
double fft_cost(const Problem& p) { return 0.3 + 12.0 / double(taps(p)); }

}  // namespace

const std::vector<Algorithm>& algorithms(Pass pass) {
  static const std::vector<Algorithm> forward = {
      {0, "IMPLICIT_GEMM", true, true, none, nothing, times<150>},
      {1, "IMPLICIT_PRECOMP_GEMM", true, true, none, index_table, times<100>},
      {2, "GEMM", true, true, needs_images, columns, times<140>},
      {3, "DIRECT", true, true, not_implemented, nothing, times<100>},
      {4, "FFT", true, false, fft, spectra, fft_cost},
      {5, "FFT_TILING", true, false, fft_tiling, tiles, fft_cost},
      {6, "WINOGRAD", true, false, winograd, transformed_filters, times<60>},
      {7, "WINOGRAD_NONFUSED", true, false, winograd_nonfused, transformed, times<50>},
  };
  static const std::vector<Algorithm> backward_data = {
      {0, "ALGO_0", false, true, needs_packed_dy, nothing, times<90>},
      {1, "ALGO_1", true, true, needs_packed_dy, index_table, times<100>},
      {2, "FFT", true, false, on_packed_dy<fft>, spectra, fft_cost},
      {3, "FFT_TILING", true, false, on_packed_dy<fft_tiling>, tiles, fft_cost},
      {4, "WINOGRAD", true, false, on_packed_dy<winograd>, transformed_filters, times<60>},
      {5, "WINOGRAD_NONFUSED", true, false, on_packed_dy<winograd_nonfused>, transformed, times<50>},
  };
  static const std::vector<Algorithm> backward_filter = {
      {0, "ALGO_0", false, true, needs_packed_dy, nothing, times<90>},
      {1, "ALGO_1", true, true, needs_packed_dy, filter_copies, times<100>},
      {2, "FFT", true, false, on_packed<fft>, spectra, fft_cost},
      {3, "ALGO_3", false, true, needs_packed_dy, index_table, times<80>},
      {4, "WINOGRAD", true, false, not_implemented, nothing, times<60>},
      {5, "WINOGRAD_NONFUSED", true, false, on_packed_dy<winograd_nonfused>, transformed, times<50>},
      {6, "FFT_TILING", true, false, on_packed<fft_tiling>, tiles, fft_cost},
  };
  return pass == Pass::kForward ? forward : pass == Pass::kBackwardData ? backward_data : backward_filter;
}

const Algorithm& algorithm_for(Pass pass, int number, const Problem& problem) {
  const auto& all = algorithms(pass);
  require(number >= 0 && number < int(all.size()), "there is no algorithm " + std::to_string(number));
  const Algorithm& a = all[size_t(number)];
  const char* why = a.refusal(problem);
  if (why != nullptr) throw Refused{kNotSupported, std::string(a.name) + ": " + why + "; " + problem.text};
  return a;
}

std::vector<AlgoPerf> ranking(Pass pass, const Problem& problem, bool measured) {
  const double flops = 2.0 * double(problem.shape.y_elements()) * double(problem.shape.c * taps(problem));
  const double gemm_ms = 0.005 + flops / 1e10;
  std::vector<AlgoPerf> results;
  for (const Algorithm& a : algorithms(pass)) {
    const bool can = a.refusal(problem) == nullptr && random_refusal(pass, a, problem) != Refusal::kListed;
    const double ms = can ? gemm_ms * a.cost(problem) : -1;
    const size_t memory = can ? a.workspace(problem) : 0;
    results.push_back({a.number, can ? kSuccess : kNotSupported, float(ms), memory, a.deterministic, problem.math, {}});
  }
  std::stable_sort(results.begin(), results.end(), [](const AlgoPerf& a, const AlgoPerf& b) {
    if (a.status != b.status) return a.status < b.status;
    return a.time < b.time;
  });
  if (!measured) {
    for (AlgoPerf& r : results) r.time = -1;
  }
  return results;
}

}  // namespace simdnn
