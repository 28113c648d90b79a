// Pooling, row by row: a row of output is made of (or spread to) the rows of input that its windows see. One channel
// means that W lies innermost, as in channels-first images.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

// Pixels of a window that lie inside the image.
static inline int64_t first_tap(const Pool& p, int axis, int64_t at) {
  const int64_t from = at * p.stride[axis] - p.pad[axis];
  return from < 0 ? 0 : from;
}
static inline int64_t end_tap(const Pool& p, int axis, int64_t at) {
  return smaller(p.input[axis], at * p.stride[axis] - p.pad[axis] + p.size[axis]);
}

// Windows along W that lie inside the image with all their taps: [first, end).
static inline int64_t first_whole(const Pool& p) { return divide_up(p.pad[2], p.stride[2]); }
static inline int64_t end_whole(const Pool& p) {
  const int64_t room = p.input[2] + p.pad[2] - p.size[2];
  return room < 0 ? 0 : smaller(p.output[2], room / p.stride[2] + 1);
}

// Pairs that do not overlap, of one channel: what most networks pool by.
static inline bool is_pairs(const Pool& p) { return p.channels == 1 && p.size[2] == 2 && p.stride[2] == 2; }

static inline float larger(float a, float b) { return b > a || b != b ? b : a; }  // hands NaN on

static void take_row(bool max, const float* __restrict from, float* __restrict to, int64_t n) {
  if (max) {
#pragma omp simd
    for (int64_t k = 0; k < n; k++) to[k] = larger(to[k], from[k]);
  } else {
#pragma omp simd
    for (int64_t k = 0; k < n; k++) to[k] += from[k];
  }
}

static void pairs_forward(bool max, const float* __restrict row, float* __restrict out, int64_t n) {
  if (max) {
#pragma omp simd
    for (int64_t w = 0; w < n; w++) out[w] = larger(row[2 * w], row[2 * w + 1]);
  } else {
#pragma omp simd
    for (int64_t w = 0; w < n; w++) out[w] = row[2 * w] + row[2 * w + 1];
  }
}

// Takes the windows along W out of a row that holds the maxima or sums along D and H.
static void take_windows(const Pool& p, const float* row, float* out, int64_t taps) {
  const int64_t c = p.channels;
  int64_t w = 0;
  const int64_t first = first_whole(p), end = end_whole(p);
  while (w < p.output[2]) {
    if (is_pairs(p) && w == first && end > first) {
      pairs_forward(p.max, row + 2 * w - p.pad[2], out + w, end - first);
      w = end;
      continue;
    }
    const int64_t from = first_tap(p, 2, w);
    for (int64_t k = 0; k < c; k++) out[w * c + k] = row[from * c + k];
    for (int64_t tap = from + 1; tap < end_tap(p, 2, w); tap++) take_row(p.max, row + tap * c, out + w * c, c);
    w++;
  }
  if (p.max) return;
  for (w = 0; w < p.output[2]; w++) {
    const float n = static_cast<float>(taps * (end_tap(p, 2, w) - first_tap(p, 2, w)));
    for (int64_t k = 0; k < c; k++) out[w * c + k] /= n;
  }
}

static void pool_forward(const PoolForward& s, int threads) {
  const Pool& p = *s.pool;
  const int64_t in = p.input[2] * p.channels, out = p.output[2] * p.channels;
  const int64_t rows = p.images * p.output[0] * p.output[1];
#pragma omp parallel num_threads(useful(threads, rows * in))
  {
    float* row = s.scratch + omp_get_thread_num() * in;
#pragma omp for schedule(static)
    for (int64_t at = 0; at < rows; at++) {
      const int64_t h = at % p.output[1], d = at / p.output[1] % p.output[0], image = at / p.output[1] / p.output[0];
      bool started = false;
      for (int64_t i = first_tap(p, 0, d); i < end_tap(p, 0, d); i++) {
        for (int64_t j = first_tap(p, 1, h); j < end_tap(p, 1, h); j++) {
          const float* x = s.x + ((image * p.input[0] + i) * p.input[1] + j) * in;
          if (started) {
            take_row(p.max, x, row, in);
          } else {
            std::memcpy(row, x, static_cast<size_t>(in) * sizeof(float));
          }
          started = true;
        }
      }
      const int64_t taps = (end_tap(p, 0, d) - first_tap(p, 0, d)) * (end_tap(p, 1, h) - first_tap(p, 1, h));
      take_windows(p, row, s.y + at * out, taps);
    }
  }
}

// A gradient that has found its element becomes 0; one of a NaN finds none.
static inline void hand_on(float x, float best, float& gradient, float& dx) {
  const bool equal = x == best;
  dx += equal ? gradient : 0.0f;
  gradient = equal ? 0.0f : gradient;
}

static void pairs_backward(const float* __restrict x, const float* __restrict best, float* __restrict gradient,
                           float* __restrict dx, int64_t n) {
#pragma omp simd
  for (int64_t w = 0; w < n; w++) {
    float g = gradient[w], left = dx[2 * w], right = dx[2 * w + 1];
    hand_on(x[2 * w], best[w], g, left);
    hand_on(x[2 * w + 1], best[w], g, right);
    dx[2 * w] = left;
    dx[2 * w + 1] = right;
    gradient[w] = g;
  }
}

static void channels_backward(bool max, const float* __restrict x, const float* __restrict best,
                              float* __restrict gradient, float* __restrict dx, int64_t n) {
  if (max) {
#pragma omp simd
    for (int64_t k = 0; k < n; k++) hand_on(x[k], best[k], gradient[k], dx[k]);
  } else {
#pragma omp simd
    for (int64_t k = 0; k < n; k++) dx[k] += gradient[k];
  }
}

// Spreads a row of gradients to one row of input.
static void spread_row(const Pool& p, const float* x, const float* best, float* gradient, float* dx) {
  const int64_t c = p.channels;
  const int64_t first = first_whole(p), end = end_whole(p);
  int64_t w = 0;
  while (w < p.output[2]) {
    if (p.max && is_pairs(p) && w == first && end > first) {
      const int64_t from = 2 * w - p.pad[2];
      pairs_backward(x + from, best + w, gradient + w, dx + from, end - first);
      w = end;
      continue;
    }
    for (int64_t tap = first_tap(p, 2, w); tap < end_tap(p, 2, w); tap++) {
      channels_backward(p.max, x + tap * c, best + w * c, gradient + w * c, dx + tap * c, c);
    }
    w++;
  }
}

static void spread_window_row(const PoolBackward& s, int64_t image, int64_t d, int64_t h, float* gradient) {
  const Pool& p = *s.pool;
  const int64_t in = p.input[2] * p.channels, out = p.output[2] * p.channels;
  const int64_t at = ((image * p.output[0] + d) * p.output[1] + h) * out;
  std::memcpy(gradient, s.dy + at, static_cast<size_t>(out) * sizeof(float));
  if (!p.max) {
    const int64_t taps = (end_tap(p, 0, d) - first_tap(p, 0, d)) * (end_tap(p, 1, h) - first_tap(p, 1, h));
    for (int64_t w = 0; w < p.output[2]; w++) {
      const float n = static_cast<float>(taps * (end_tap(p, 2, w) - first_tap(p, 2, w)));
      for (int64_t k = 0; k < p.channels; k++) gradient[w * p.channels + k] /= n;
    }
  }
  for (int64_t i = first_tap(p, 0, d); i < end_tap(p, 0, d); i++) {
    for (int64_t j = first_tap(p, 1, h); j < end_tap(p, 1, h); j++) {
      const int64_t from = ((image * p.input[0] + i) * p.input[1] + j) * in;
      spread_row(p, s.x + from, s.y + at, gradient, s.dx + from);
    }
  }
}

// The places along an axis of the input that belong to some of its windows alone: [first, end). Those between windows
// belong to the one before.
static inline int64_t first_own(const Pool& p, int axis, int64_t at) {
  return at == 0 ? 0 : smaller(p.input[axis], at * p.stride[axis] - p.pad[axis]);
}
static inline int64_t end_own(const Pool& p, int axis, int64_t at) {
  return at == p.output[axis] - 1 ? p.input[axis] : first_own(p, axis, at + 1);
}

// Zeros what the windows [d, d_last] and [h, h_last] along D and H spread to.
static void clear(const PoolBackward& s, int64_t image, int64_t d, int64_t d_last, int64_t h, int64_t h_last) {
  const Pool& p = *s.pool;
  const int64_t in = p.input[2] * p.channels;
  const int64_t from = first_own(p, 1, h), rows = end_own(p, 1, h_last) - from;
  for (int64_t i = first_own(p, 0, d); i < end_own(p, 0, d_last); i++) {
    std::memset(s.dx + ((image * p.input[0] + i) * p.input[1] + from) * in, 0,
                static_cast<size_t>(rows * in) * sizeof(float));
  }
}

static void pool_backward(const PoolBackward& s, int threads) {
  const Pool& p = *s.pool;
  // Windows that do not overlap along an axis write apart from each other.
  const int64_t depths = p.stride[0] >= p.size[0] ? p.output[0] : 1;
  const int64_t heights = p.stride[1] >= p.size[1] ? p.output[1] : 1;
  const int64_t pieces = p.images * depths * heights;
  const int64_t out = p.output[2] * p.channels;
#pragma omp parallel num_threads(useful(threads, p.images* p.output[0] * p.output[1] * out * p.size[1] * p.size[2]))
  {
    float* gradient = s.scratch + omp_get_thread_num() * out;
#pragma omp for schedule(static)
    for (int64_t piece = 0; piece < pieces; piece++) {
      const int64_t h = piece % heights, d = piece / heights % depths, image = piece / heights / depths;
      const int64_t d_last = depths == 1 ? p.output[0] - 1 : d, h_last = heights == 1 ? p.output[1] - 1 : h;
      if (s.adds == 0) clear(s, image, d, d_last, h, h_last);
      for (int64_t i = d; i <= d_last; i++) {
        for (int64_t j = h; j <= h_last; j++) spread_window_row(s, image, i, j, gradient);
      }
    }
  }
}

}  // namespace ISA
}  // namespace convlstm4j
