// Weighted sums along up to three neighbouring axes, each by a table: convlstm4j.op.Resample. An output row is made in two
// steps: the rows of input that the first two axes' tables name are added up, then places along the third. Of equal rows
// of output one after the other the second is a copy.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

constexpr int64_t kMostTaps = 4;  // rows that are added up at once

// to = sum of weights[t] rows[t], or adds that to it; kMostTaps at most.
template <int kTaps>
static inline void combine_taps(const float* const* rows, const float* weights, bool adds, float* to, int64_t n) {
  const float* r[kTaps];
  V w[kTaps];
  for (int t = 0; t < kTaps; t++) {
    r[t] = rows[t];
    w[t] = splat(weights[t]);
  }
  each_vector(n, [&](int64_t k, int64_t lanes) INLINE {
    V sum = w[0] * load(r[0] + k, lanes);
    for (int t = 1; t < kTaps; t++) sum = sum + w[t] * load(r[t] + k, lanes);
    if (adds) sum = sum + load(to + k, lanes);
    store(to + k, sum, lanes);
  });
}

static inline void combine(const float* const* rows, const float* weights, int64_t taps, bool adds, float* to,
                           int64_t n) {
  switch (taps) {
    case 0:
      if (!adds) std::memset(to, 0, static_cast<size_t>(n) * sizeof(float));
      return;
    case 1:
      return combine_taps<1>(rows, weights, adds, to, n);
    case 2:
      return combine_taps<2>(rows, weights, adds, to, n);
    case 3:
      return combine_taps<3>(rows, weights, adds, to, n);
    default:
      return combine_taps<kMostTaps>(rows, weights, adds, to, n);
  }
}

// Along the third axis where its elements lie alone: kTaps of each of n rows, of which row k has entries k, n + k, ..
template <int kTaps>
static void gather_taps(const int32_t* places, const float* weights, const float* x, bool adds, float* __restrict y,
                        int64_t n) {
  if (adds) {
#pragma omp simd
    for (int64_t k = 0; k < n; k++) {
      float sum = weights[k] * x[places[k]];
      for (int t = 1; t < kTaps; t++) sum += weights[t * n + k] * x[places[t * n + k]];
      y[k] += sum;
    }
  } else {
#pragma omp simd
    for (int64_t k = 0; k < n; k++) {
      float sum = weights[k] * x[places[k]];
      for (int t = 1; t < kTaps; t++) sum += weights[t * n + k] * x[places[t * n + k]];
      y[k] = sum;
    }
  }
}

static void gather(const int32_t* places, const float* weights, int64_t taps, const float* x, bool adds, float* y,
                   int64_t n) {
  switch (taps) {
    case 0:
      if (!adds) std::memset(y, 0, static_cast<size_t>(n) * sizeof(float));
      return;
    case 1:
      return gather_taps<1>(places, weights, x, adds, y, n);
    case 2:
      return gather_taps<2>(places, weights, x, adds, y, n);
    case 3:
      return gather_taps<3>(places, weights, x, adds, y, n);
    default:
      gather_taps<kMostTaps>(places, weights, x, adds, y, n);
      if (taps > kMostTaps) {
        gather(places + kMostTaps * n, weights + kMostTaps * n, taps - kMostTaps, x, true, y, n);
      }
  }
}

// Calls some(rows, weights, taps, adds) for up to kMostTaps of the rows at a time that output row (d, h) is made of.
template <class Some>
static inline void each_taps(const ResampleTable& t, const float* x, int64_t d, int64_t h, bool adds, Some some) {
  const float* rows[kMostTaps] = {};
  float weights[kMostTaps] = {};
  int64_t taps = 0;
  const int64_t size = t.columns[2] * t.inner;
  for (int64_t i = t.starts[0][d]; i < t.starts[0][d + 1]; i++) {
    for (int64_t j = t.starts[1][h]; j < t.starts[1][h + 1]; j++) {
      if (taps == kMostTaps) {
        some(rows, weights, taps, adds);
        adds = true;
        taps = 0;
      }
      rows[taps] = x + (t.places[0][i] * t.columns[1] + t.places[1][j]) * size;
      weights[taps++] = t.weights[0][i] * t.weights[1][j];
    }
  }
  some(rows, weights, taps, adds);
}

// Places along the third axis: rows of one segment, with up to kTaps entries from one on.
template <int kTaps>
static void wide_taps(const ResampleTable& t, const int32_t* places, const float* weights, const float* x, bool adds,
                      float* y, int64_t n) {
  for (int64_t k = 0; k < n; k++) {
    const float* from[kTaps];
    float w[kTaps];
    for (int tap = 0; tap < kTaps; tap++) {
      from[tap] = x + places[tap * n + k] * t.inner;
      w[tap] = weights[tap * n + k];
    }
    combine_taps<kTaps>(from, w, adds, y + k * t.inner, t.inner);
  }
}

static void wide(const ResampleTable& t, const int32_t* places, const float* weights, int64_t taps, const float* x,
                 bool adds, float* y, int64_t n) {
  switch (taps) {
    case 0:
      if (!adds) std::memset(y, 0, static_cast<size_t>(n * t.inner) * sizeof(float));
      return;
    case 1:
      return wide_taps<1>(t, places, weights, x, adds, y, n);
    case 2:
      return wide_taps<2>(t, places, weights, x, adds, y, n);
    case 3:
      return wide_taps<3>(t, places, weights, x, adds, y, n);
    default:
      wide_taps<kMostTaps>(t, places, weights, x, adds, y, n);
      if (taps > kMostTaps) {
        wide(t, places + kMostTaps * n, weights + kMostTaps * n, taps - kMostTaps, x, true, y, n);
      }
  }
}

static void resample_row(const ResampleTable& t, const float* x, bool adds, float* y) {
  for (int64_t s = 0; s < t.segments; s++) {
    const int32_t* segment = t.segment + 3 * s;
    const int64_t first = segment[0], n = segment[3] - first, taps = segment[1];
    const int32_t* places = t.places[2] + segment[2];
    const float* weights = t.weights[2] + segment[2];
    if (t.inner == 1) {
      gather(places, weights, taps, x, adds, y + first, n);
    } else {
      wide(t, places, weights, taps, x, adds, y + first * t.inner, n);
    }
  }
}

static bool same_taps(const ResampleTable& t, int axis, int64_t a, int64_t b) {
  const int64_t from = t.starts[axis][a], other = t.starts[axis][b], n = t.starts[axis][a + 1] - from;
  if (t.starts[axis][b + 1] - other != n) return false;
  for (int64_t k = 0; k < n; k++) {
    if (t.places[axis][from + k] != t.places[axis][other + k]) return false;
    if (t.weights[axis][from + k] != t.weights[axis][other + k]) return false;
  }
  return true;
}

static void resample(const Resample& s, int threads) {
  const ResampleTable& t = *s.table;
  const bool adds = s.adds != 0, alone = t.segments == 0;  // alone: nothing happens along the third axis
  const int64_t from = t.columns[2] * t.inner, to = t.rows[2] * t.inner;
  const int64_t image = t.columns[0] * t.columns[1] * from, rows = t.outer * t.rows[0] * t.rows[1];
#pragma omp parallel num_threads(useful(threads, rows * (from + to)))
  {
    float* sum = s.scratch + omp_get_thread_num() * from;
    int64_t before = -1;  // the row that this thread made last
#pragma omp for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
      const int64_t h = row % t.rows[1], d = row / t.rows[1] % t.rows[0];
      const float* x = s.x + row / t.rows[1] / t.rows[0] * image;
      float* y = s.y + row * to;
      if (!adds && h > 0 && before == row - 1 && same_taps(t, 1, h, h - 1)) {
        std::memcpy(y, y - to, static_cast<size_t>(to) * sizeof(float));
      } else if (alone) {
        each_taps(t, x, d, h, adds, [&](const float* const* r, const float* w, int64_t taps, bool more) {
          combine(r, w, taps, more, y, from);
        });
      } else {
        const float* combined = sum;
        const bool one = t.starts[0][d + 1] - t.starts[0][d] == 1 && t.starts[1][h + 1] - t.starts[1][h] == 1;
        each_taps(t, x, d, h, false, [&](const float* const* r, const float* w, int64_t taps, bool more) {
          if (one && w[0] == 1.0f) {
            combined = r[0];
          } else {
            combine(r, w, taps, more, sum, from);
          }
        });
        resample_row(t, combined, adds, y);
      }
      before = row;
    }
  }
}

}  // namespace ISA
}  // namespace convlstm4j
