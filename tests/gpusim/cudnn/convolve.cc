#include "convolve.h"

#include <algorithm>
#include <vector>

// Compiled for today's processors, too, and picked when the library is loaded.
#if defined(__x86_64__)
#define FOR_PROCESSORS __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define FOR_PROCESSORS
#endif

namespace simdnn {
namespace {

constexpr int64_t kBlock = 4;  // channels computed together, so that a row is read once for all of them

struct Span {
  int64_t from, to;
};

// The outputs of a row for which a tap falls inside the input; `first` is where output 0 falls.
inline Span inside(int64_t first, int64_t stride, int64_t outputs, int64_t inputs) {
  const int64_t from = first < 0 ? (-first + stride - 1) / stride : 0;
  const int64_t to = inputs > first ? (inputs - 1 - first) / stride + 1 : 0;
  return {std::min(from, outputs), std::min(to, outputs)};
}

inline int64_t row(const int64_t size[3], int64_t image, int64_t depth, int64_t height) {
  return ((image * size[0] + depth) * size[1] + height) * size[2];
}

// The output on an axis that takes input `in` with tap `tap`, or -1.
inline int64_t output_of(const Shape& s, int axis, int64_t in, int64_t tap) {
  const int64_t at = in + s.pad[axis] - tap * s.dilation[axis];
  if (at < 0 || at % s.stride[axis] != 0 || at / s.stride[axis] >= s.y[axis]) return -1;
  return at / s.stride[axis];
}

}  // namespace

FOR_PROCESSORS void forward(const Shape& s, const double* x, const double* w, double* y) {
  const int64_t width = s.y[2];
  const int64_t taps = s.w[0] * s.w[1] * s.w[2];
  std::vector<double> sums(size_t(kBlock * width));
  double* const a0 = sums.data();
  double* const a1 = a0 + width;
  double* const a2 = a1 + width;
  double* const a3 = a2 + width;
  for (int64_t n = 0; n < s.n; n++)
    for (int64_t g = 0; g < s.groups; g++)
      for (int64_t k = 0; k < s.k; k += kBlock)
        for (int64_t d = 0; d < s.y[0]; d++)
          for (int64_t h = 0; h < s.y[1]; h++) {
            // Where channels are too few, the last one is computed several times.
            const int64_t last = std::min(kBlock, s.k - k) - 1;
            const double* filters[kBlock];
            for (int64_t b = 0; b < kBlock; b++) filters[b] = w + (g * s.k + k + std::min(b, last)) * s.c * taps;
            std::fill(sums.begin(), sums.end(), 0.0);
            for (int64_t c = 0; c < s.c; c++)
              for (int64_t td = 0; td < s.w[0]; td++) {
                const int64_t xd = d * s.stride[0] - s.pad[0] + td * s.dilation[0];
                if (xd < 0 || xd >= s.x[0]) continue;
                for (int64_t th = 0; th < s.w[1]; th++) {
                  const int64_t xh = h * s.stride[1] - s.pad[1] + th * s.dilation[1];
                  if (xh < 0 || xh >= s.x[1]) continue;
                  const double* in = x + row(s.x, (n * s.groups + g) * s.c + c, xd, xh);
                  for (int64_t tw = 0; tw < s.w[2]; tw++) {
                    const int64_t first = tw * s.dilation[2] - s.pad[2];
                    const Span o = inside(first, s.stride[2], width, s.x[2]);
                    const int64_t tap = (c * s.w[0] + td) * s.w[1] * s.w[2] + th * s.w[2] + tw;
                    const double w0 = filters[0][tap], w1 = filters[1][tap];
                    const double w2 = filters[2][tap], w3 = filters[3][tap];
                    if (s.stride[2] == 1) {
#pragma omp simd
                      for (int64_t i = o.from; i < o.to; i++) {
                        const double v = in[first + i];
                        a0[i] += w0 * v, a1[i] += w1 * v, a2[i] += w2 * v, a3[i] += w3 * v;
                      }
                    } else {
                      for (int64_t i = o.from; i < o.to; i++) {
                        const double v = in[first + i * s.stride[2]];
                        a0[i] += w0 * v, a1[i] += w1 * v, a2[i] += w2 * v, a3[i] += w3 * v;
                      }
                    }
                  }
                }
              }
            for (int64_t b = 0; b <= last; b++) {
              std::copy_n(a0 + b * width, width, y + row(s.y, (n * s.groups + g) * s.k + k + b, d, h));
            }
          }
}

FOR_PROCESSORS void backward_data(const Shape& s, const double* w, const double* dy, double* dx, int64_t from,
                                  int64_t to) {
  const int64_t width = s.x[2];
  const int64_t taps = s.w[0] * s.w[1] * s.w[2];
  std::vector<double> sums(size_t(kBlock * width));
  double* const a0 = sums.data();
  double* const a1 = a0 + width;
  double* const a2 = a1 + width;
  double* const a3 = a2 + width;
  for (int64_t n = 0; n < s.n; n++)
    for (int64_t g = 0; g < s.groups; g++)
      for (int64_t c = 0; c < s.c; c += kBlock)
        for (int64_t d = 0; d < s.x[0]; d++)
          for (int64_t h = 0; h < s.x[1]; h++) {
            const int64_t last = std::min(kBlock, s.c - c) - 1;
            std::fill(sums.begin(), sums.end(), 0.0);
            for (int64_t k = from; k < to; k++)
              for (int64_t td = 0; td < s.w[0]; td++) {
                const int64_t yd = output_of(s, 0, d, td);
                if (yd < 0) continue;
                for (int64_t th = 0; th < s.w[1]; th++) {
                  const int64_t yh = output_of(s, 1, h, th);
                  if (yh < 0) continue;
                  const double* in = dy + row(s.y, (n * s.groups + g) * s.k + k, yd, yh);
                  const double* filter = w + ((g * s.k + k) * s.c + c) * taps + (td * s.w[1] + th) * s.w[2];
                  for (int64_t tw = 0; tw < s.w[2]; tw++) {
                    const int64_t first = tw * s.dilation[2] - s.pad[2];
                    const Span o = inside(first, s.stride[2], s.y[2], width);
                    const double w0 = filter[tw];
                    const double w1 = filter[tw + std::min(int64_t{1}, last) * taps];
                    const double w2 = filter[tw + std::min(int64_t{2}, last) * taps];
                    const double w3 = filter[tw + last * taps];
                    if (s.stride[2] == 1) {
                      double* const b0 = a0 + first;
                      double* const b1 = a1 + first;
                      double* const b2 = a2 + first;
                      double* const b3 = a3 + first;
#pragma omp simd
                      for (int64_t i = o.from; i < o.to; i++) {
                        b0[i] += w0 * in[i], b1[i] += w1 * in[i], b2[i] += w2 * in[i], b3[i] += w3 * in[i];
                      }
                    } else {
                      for (int64_t i = o.from; i < o.to; i++) {
                        const int64_t at = first + i * s.stride[2];
                        a0[at] += w0 * in[i], a1[at] += w1 * in[i], a2[at] += w2 * in[i], a3[at] += w3 * in[i];
                      }
                    }
                  }
                }
              }
            for (int64_t b = 0; b <= last; b++) {
              std::copy_n(a0 + b * width, width, dx + row(s.x, (n * s.groups + g) * s.c + c + b, d, h));
            }
          }
}

FOR_PROCESSORS void backward_filter(const Shape& s, const double* x, const double* dy, double* dw, int64_t from,
                                    int64_t to) {
  const int64_t taps = s.w[0] * s.w[1] * s.w[2];
  std::fill_n(dw, s.w_elements(), 0.0);
  for (int64_t r = from; r < to; r++) {
    const int64_t n = r / (s.y[0] * s.y[1]);
    const int64_t d = r / s.y[1] % s.y[0];
    const int64_t h = r % s.y[1];
    for (int64_t g = 0; g < s.groups; g++)
      for (int64_t c = 0; c < s.c; c++)
        for (int64_t td = 0; td < s.w[0]; td++) {
          const int64_t xd = d * s.stride[0] - s.pad[0] + td * s.dilation[0];
          if (xd < 0 || xd >= s.x[0]) continue;
          for (int64_t th = 0; th < s.w[1]; th++) {
            const int64_t xh = h * s.stride[1] - s.pad[1] + th * s.dilation[1];
            if (xh < 0 || xh >= s.x[1]) continue;
            const double* in = x + row(s.x, (n * s.groups + g) * s.c + c, xd, xh);
            for (int64_t tw = 0; tw < s.w[2]; tw++) {
              const int64_t first = tw * s.dilation[2] - s.pad[2];
              const Span o = inside(first, s.stride[2], s.y[2], s.x[2]);
              const int64_t tap = c * taps + (td * s.w[1] + th) * s.w[2] + tw;
              for (int64_t k = 0; k < s.k; k++) {
                const double* out = dy + row(s.y, (n * s.groups + g) * s.k + k, d, h);
                double sum = 0;
                if (s.stride[2] == 1) {
#pragma omp simd reduction(+ : sum)
                  for (int64_t i = o.from; i < o.to; i++) sum += out[i] * in[first + i];
                } else {
                  for (int64_t i = o.from; i < o.to; i++) sum += out[i] * in[first + i * s.stride[2]];
                }
                dw[(g * s.k + k) * s.c * taps + tap] += sum;
              }
            }
          }
        }
  }
}

}  // namespace simdnn
