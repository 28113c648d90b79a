#include "layout.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace simdnn {
namespace {

using Range = std::pair<gpusim::DevicePointer, gpusim::DevicePointer>;

// To the nearest number with that many bits of mantissa, halves away from zero, as the device's conversion does.
float rounded(float value, int bits) {
  if (bits == 24 || !std::isfinite(value)) return value;
  uint32_t word;
  std::memcpy(&word, &value, sizeof word);
  const int drop = 24 - bits;
  word += 1u << (drop - 1);
  word &= ~((1u << drop) - 1);
  std::memcpy(&value, &word, sizeof value);
  return value;
}

std::vector<Range> ranges(const Layout& layout, gpusim::DevicePointer p) {
  std::vector<Range> all;
  const auto bytes = gpusim::DevicePointer(layout.run()) * sizeof(float);
  layout.for_each_run([&](int64_t memory, int64_t) {
    const auto start = p + gpusim::DevicePointer(memory) * sizeof(float);
    all.emplace_back(start, start + bytes);
  });
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

Layout::Layout(const int64_t dims[kAxes], const int64_t strides[kAxes], int first_reversed) {
  int64_t packed[kAxes];
  for (int i = kAxes - 1; i >= 0; i--) {
    packed[i] = elements_;
    elements_ *= dims[i];
  }
  for (int i = first_reversed; i < kAxes; i++) {
    packed_start_ += (dims[i] - 1) * packed[i];
    packed[i] = -packed[i];
  }
  int order[kAxes];
  for (int i = kAxes - 1; i >= 0; i--) {
    if (dims[i] > 1) order[axes_++] = i;
  }
  std::stable_sort(order, order + axes_, [&](int a, int b) { return strides[a] < strides[b]; });
  bool side_by_side = true;
  for (int i = 0; i < axes_; i++) {
    dims_[i] = dims[order[i]];
    strides_[i] = strides[order[i]];
    packed_strides_[i] = packed[order[i]];
    side_by_side = side_by_side && strides_[i] == run_;
    if (side_by_side) {
      run_ *= dims_[i];
      run_axes_ = i + 1;
    }
  }
}

bool Layout::overlaps_itself() const {
  for (int i = 1; i < axes_; i++) {
    if (strides_[i] < strides_[i - 1] * dims_[i - 1]) return true;
  }
  return false;
}

bool share_memory(const Layout& a, gpusim::DevicePointer p, const Layout& b, gpusim::DevicePointer q) {
  const std::vector<Range> first = ranges(a, p);
  const std::vector<Range> second = ranges(b, q);
  for (size_t i = 0, j = 0; i < first.size() && j < second.size();) {
    if (first[i].second <= second[j].first) {
      i++;
    } else if (second[j].second <= first[i].first) {
      j++;
    } else {
      return true;
    }
  }
  return false;
}

std::vector<double> gather(const Layout& layout, gpusim::DevicePointer p, const char* what, int bits) {
  std::vector<double> packed(size_t(layout.elements()));
  layout.for_each_run([&](int64_t memory, int64_t start) {
    const auto address = p + gpusim::DevicePointer(memory) * sizeof(float);
    const float* in = gpusim::readable(address, size_t(layout.run()) * sizeof(float), what);
    layout.for_each_in_run([&](int64_t at) { packed[size_t(start + at)] = rounded(*in++, bits); });
  });
  return packed;
}

void scatter(const Layout& layout, gpusim::DevicePointer p, const char* what, float alpha, float beta,
             const std::vector<double>& packed) {
  const size_t bytes = size_t(layout.run()) * sizeof(float);
  layout.for_each_run([&](int64_t memory, int64_t start) {
    const auto address = p + gpusim::DevicePointer(memory) * sizeof(float);
    const float* old = beta != 0 ? gpusim::readable(address, bytes, what) : nullptr;
    float* out = gpusim::writable(address, bytes, what);
    layout.for_each_in_run([&](int64_t at) {
      double value = double{alpha} * packed[size_t(start + at)];
      if (old != nullptr) value += double{beta} * *old++;
      *out++ = float(value);
    });
  });
}

}  // namespace simdnn
