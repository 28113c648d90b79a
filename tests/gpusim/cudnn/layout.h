// Where the elements of a tensor lie in device memory, and the same elements in a packed array on the host.
#pragma once

#include <cstdint>
#include <vector>

#include "gpusim.h"

namespace simdnn {

constexpr int kAxes = 5;  // [outer, channels, depth, height, width]; images have depth 1

// A packed array has the same axes in row-major order, except that those from `first_reversed` on run backwards.
class Layout {
 public:
  Layout() = default;
  // strides: elements, positive
  Layout(const int64_t dims[kAxes], const int64_t strides[kAxes], int first_reversed = kAxes);

  int64_t elements() const { return elements_; }

  // Whether two elements may share a place.
  bool overlaps_itself() const;

  // Elements of a run: the most that lie side by side in memory, in memory's order.
  int64_t run() const { return run_; }

  // Calls f(elements from the tensor's start, index in the packed array) for the start of each run.
  template <class F>
  void for_each_run(F f) const {
    int64_t at[kAxes] = {};
    int64_t memory = 0;
    int64_t packed = packed_start_;
    while (true) {
      f(memory, packed);
      int i = run_axes_;
      for (; i < axes_; i++) {
        memory += strides_[i];
        packed += packed_strides_[i];
        if (++at[i] < dims_[i]) break;
        memory -= at[i] * strides_[i];
        packed -= at[i] * packed_strides_[i];
        at[i] = 0;
      }
      if (i == axes_) return;
    }
  }

  // Calls f(index in the packed array, less that of the run's start) for each element of a run.
  template <class F>
  void for_each_in_run(F f) const {
    if (run_axes_ == 0) {
      f(int64_t{0});
      return;
    }
    int64_t at[kAxes] = {};
    int64_t packed = 0;
    while (true) {
      for (int64_t j = 0; j < dims_[0]; j++) f(packed + j * packed_strides_[0]);
      int i = 1;
      for (; i < run_axes_; i++) {
        packed += packed_strides_[i];
        if (++at[i] < dims_[i]) break;
        packed -= at[i] * packed_strides_[i];
        at[i] = 0;
      }
      if (i == run_axes_) return;
    }
  }

 private:
  // Axes longer than 1, the one with the smallest stride first.
  int axes_ = 0;
  int run_axes_ = 0;
  int64_t dims_[kAxes] = {};
  int64_t strides_[kAxes] = {};
  int64_t packed_strides_[kAxes] = {};
  int64_t packed_start_ = 0;
  int64_t run_ = 1;
  int64_t elements_ = 1;
};

// Whether a tensor at p shares bytes with one at q: element for element, not only their ranges.
bool share_memory(const Layout& a, gpusim::DevicePointer p, const Layout& b, gpusim::DevicePointer q);

// The tensor as a packed array, each number rounded to that many bits of mantissa (24: as it is). Inside work only.
std::vector<double> gather(const Layout& layout, gpusim::DevicePointer p, const char* what, int bits);

// tensor = alpha * packed + beta * tensor; the tensor is not read if beta is 0. Inside work only.
void scatter(const Layout& layout, gpusim::DevicePointer p, const char* what, float alpha, float beta,
             const std::vector<double>& packed);

}  // namespace simdnn
