// The three passes against a naive loop, for random problems; and how numbers are rounded.
#include <algorithm>
#include <cstring>
#include <functional>

#include "support.h"

namespace {

using Random = std::mt19937;

int draw(Random& random, int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); }

Floats draw(Random& random, size_t size) {
  std::uniform_real_distribution<float> values(-1, 1);
  Floats result(size);
  for (float& v : result) v = values(random);
  return result;
}

// Calls f(place of x, place of w, place of y) for each product of the convolution: its definition.
void for_each_product(const Case& c, const std::function<void(size_t, size_t, size_t)>& f) {
  const size_t rank = c.pad.size();
  const Ints w_strides = c.w_strides();
  const int per_group = c.w[0] / c.groups;
  Ints out(rank), tap(rank);
  const auto next = [](Ints& at, const Ints& dims) {
    for (size_t i = at.size(); i-- > 0;) {
      if (++at[i] < dims[i + 2]) return true;
      at[i] = 0;
    }
    return false;
  };
  for (int n = 0; n < c.x[0]; n++)
    for (int k = 0; k < c.w[0]; k++)
      for (int ci = 0; ci < c.w[1]; ci++) do {
          do {
            size_t x = size_t(n) * c.x_strides[0] + size_t(k / per_group * c.w[1] + ci) * c.x_strides[1];
            size_t w = size_t(k) * w_strides[0] + size_t(ci) * w_strides[1];
            size_t y = size_t(n) * c.y_strides[0] + size_t(k) * c.y_strides[1];
            bool inside = true;
            for (size_t i = 0; i < rank; i++) {
              const int in = out[i] * c.stride[i] - c.pad[i] + tap[i] * c.dilation[i];
              inside = inside && in >= 0 && in < c.x[i + 2];
              x += size_t(in) * size_t(c.x_strides[i + 2]);
              w += size_t(c.mode == 1 ? tap[i] : c.w[i + 2] - 1 - tap[i]) * w_strides[i + 2];
              y += size_t(out[i]) * c.y_strides[i + 2];
            }
            if (inside) f(x, w, y);
          } while (next(tap, c.w));
        } while (next(out, c.y));
}

std::vector<double> naive(const Case& c, Pass pass, const Floats& x, const Floats& w, const Floats& y) {
  std::vector<double> sum(pass == kForward ? y.size() : pass == kBackwardData ? x.size() : w.size());
  for_each_product(c, [&](size_t xi, size_t wi, size_t yi) {
    if (pass == kForward) sum[yi] += double{x[xi]} * w[wi];
    if (pass == kBackwardData) sum[xi] += double{w[wi]} * y[yi];
    if (pass == kBackwardFilter) sum[wi] += double{x[xi]} * y[yi];
  });
  return sum;
}

// Strides with the axes in some order and gaps between them.
Ints scattered(Random& random, const Ints& dims) {
  std::vector<size_t> order(dims.size());
  for (size_t i = 0; i < order.size(); i++) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  Ints strides(dims.size());
  int stride = draw(random, 1, 2);
  for (const size_t axis : order) {
    strides[axis] = stride;
    stride = stride * dims[axis] + draw(random, 0, 2);
  }
  return strides;
}

Ints channels_last(const Ints& dims) {
  Ints strides(dims.size());
  strides[1] = 1;
  int stride = dims[1];
  for (size_t i = dims.size(); i-- > 2; stride *= dims[i]) strides[i] = stride;
  strides[0] = stride;
  return strides;
}

enum Memory { kBatchGap, kChannelsLast, kScattered };

void draw(Random& random, int rank, Pass pass, Case& c) {
  c.groups = draw(random, 0, 3) == 0 ? draw(random, 2, 3) : 1;
  const int channels = draw(random, 1, 5);
  c.mode = draw(random, 0, 4) == 0 ? 0 : 1;
  c.x = {draw(random, 1, 3), channels * c.groups};
  c.w = {draw(random, 1, 6) * c.groups, channels};
  for (int i = 0; i < rank; i++) {
    c.w.push_back(draw(random, 1, 4));
    c.pad.push_back(draw(random, 0, 4));
    c.stride.push_back(draw(random, 1, 3));
    c.dilation.push_back(draw(random, 1, 3));
    const int least = std::max(1, (c.w.back() - 1) * c.dilation.back() + 1 - 2 * c.pad.back());
    c.x.push_back(least + draw(random, 0, 7));
  }
  c.set();
  const int memory = draw(random, 0, 2);
  if (memory == kBatchGap) {
    c.x_strides[0] += draw(random, 0, 9);
    c.y_strides[0] += draw(random, 0, 9);
  } else if (memory == kChannelsLast) {
    c.x_strides = channels_last(c.x);
    c.y_strides = channels_last(c.y);
    c.w_format = kNhwc;
  } else {
    c.x_strides = scattered(random, c.x);
    if (pass == kForward) c.y_strides = scattered(random, c.y);
  }
  c.set();
}

// One random problem: results at all places of the output, and that the gaps stay as they were.
void test_random(unsigned seed, Pass pass, int algorithm) {
  Random random(seed);
  Case c;
  draw(random, draw(random, 2, 3), pass, c);
  const Floats x = draw(random, c.x_extent()), w = draw(random, c.w_extent()), y = draw(random, c.y_extent());
  const float alpha = draw(random, 0, 1) == 0 ? 1 : -0.75f;
  const float beta = float(draw(random, 0, 2)) / 2;
  size_t size = 0;
  const std::string name =
      "seed " + std::to_string(seed) + ", pass " + std::to_string(pass) + ", algorithm " + std::to_string(algorithm);
  expect(kSuccess, workspace_size(c, pass, algorithm, &size), name);
  Array device_x(x), device_w(w), device_y(y), workspace(size / sizeof(float) + 1);
  expect(kSuccess,
         compute(c, pass, algorithm, device_x.pointer, device_w.pointer, device_y.pointer, workspace.pointer, size,
                 alpha, beta),
         name);
  const Floats& before = pass == kForward ? y : pass == kBackwardData ? x : w;
  const Array& output = pass == kForward ? device_y : pass == kBackwardData ? device_x : device_w;
  const std::vector<double> sum = naive(c, pass, x, w, y);
  std::vector<bool> written(before.size());
  const Ints& dims = pass == kForward ? c.y : pass == kBackwardData ? c.x : c.w;
  const Ints strides = pass == kForward ? c.y_strides : pass == kBackwardData ? c.x_strides : c.w_strides();
  for (Ints at(dims.size()); at[0] < dims[0];) {
    size_t place = 0;
    for (size_t i = 0; i < dims.size(); i++) place += size_t(at[i]) * size_t(strides[i]);
    written[place] = true;
    for (size_t i = dims.size(); i-- > 0;) {
      if (++at[i] < dims[i] || i == 0) break;
      at[i] = 0;
    }
  }
  const Floats got = output.get();
  for (size_t i = 0; i < got.size(); i++) {
    if (!written[i]) {
      check(got[i] == before[i], name + ": a gap was written");
      continue;
    }
    const double expected = double{alpha} * sum[i] + double{beta} * before[i];
    const double allowed = 6.1e-8 * std::fabs(expected) + 1e-13;
    check(std::fabs(got[i] - expected) <= allowed,
          name + ": " + std::to_string(got[i]) + ", expected " + std::to_string(expected));
  }
}

float with_bits(float value, int bits) {
  int exponent;
  const double mantissa = std::frexp(double{value}, &exponent);
  return float(std::ldexp(std::round(std::ldexp(mantissa, bits)), exponent - bits));
}

}  // namespace

void test_convolutions(unsigned seed) {
  for (unsigned i = 0; i < 120; i++) {
    test_random(seed + i, kForward, int(i % 2));
    test_random(seed + i, kBackwardData, 1);
    test_random(seed + i, kBackwardFilter, 1);
  }
}

// Default math rounds inputs to TensorFloat-32, FMA does not; Winograd is coarser than float32 even so; algorithms
// with atomics give other bits in the next call.
void test_math() {
  Random random(7);
  Case c;
  c.x = {2, 5, 9, 8};
  c.w = {6, 5, 3, 3};
  c.pad = {1, 1};
  c.set();
  const Floats x = draw(random, c.x_extent()), w = draw(random, c.w_extent()), y = draw(random, c.y_extent());
  Floats short_x = x, short_w = w;
  for (float& v : short_x) v = with_bits(v, 11);
  for (float& v : short_w) v = with_bits(v, 11);
  const auto exact = naive(c, kForward, x, w, y);
  const auto rounded = naive(c, kForward, short_x, short_w, y);
  const auto error = [&](int math, int algorithm, const std::vector<double>& expected) {
    c.math = math;
    c.set();
    size_t size = 0;
    expect(kSuccess, workspace_size(c, kForward, algorithm, &size), "workspace");
    Array device_x(x), device_w(w), device_y(y.size()), workspace(size / sizeof(float) + 1);
    expect(
        kSuccess,
        compute(c, kForward, algorithm, device_x.pointer, device_w.pointer, device_y.pointer, workspace.pointer, size),
        "forward");
    const Floats got = device_y.get();
    double worst = 0;
    for (size_t i = 0; i < got.size(); i++) worst = std::max(worst, std::fabs(got[i] - expected[i]));
    return worst;
  };
  check(error(kFmaMath, 1, exact) < 5e-7, "FMA is exact");
  check(error(kDefaultMath, 1, rounded) < 5e-7, "default math rounds to TensorFloat-32");
  check(error(kDefaultMath, 1, exact) > 1e-4, "TensorFloat-32 is coarse");
  check(error(kFmaMath, 7, exact) > 2e-6, "Winograd is coarser than float32");
  check(error(kFmaMath, 7, exact) < 1e-4, "Winograd is finer than TensorFloat-32");

  c.math = kFmaMath;
  c.set();
  const auto twice_equal = [&](Pass pass, int algorithm) {
    size_t size = 0;
    expect(kSuccess, workspace_size(c, pass, algorithm, &size), "workspace");
    Floats results[2];
    for (Floats& result : results) {
      Array device_x(x), device_w(w), device_y(y), workspace(size / sizeof(float) + 1);
      expect(kSuccess,
             compute(c, pass, algorithm, device_x.pointer, device_w.pointer, device_y.pointer, workspace.pointer, size),
             "backward");
      result = (pass == kBackwardData ? device_x : device_w).get();
    }
    return results[0] == results[1];
  };
  for (const Pass pass : {kBackwardData, kBackwardFilter}) {
    check(!twice_equal(pass, 0), "ALGO_0 gives other bits in the next call");
    check(twice_equal(pass, 1), "ALGO_1 gives the same bits in the next call");
  }
  check(!twice_equal(kBackwardFilter, 3), "ALGO_3 gives other bits in the next call");
}
