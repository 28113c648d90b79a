#include "clip.h"

#include "functions.h"
#include "sums.h"

namespace convlstm4j {

KERNEL(clip_value, ClipValue) {
  eachOfTensors<1, 1>(p.table, [&](auto width, const TensorEntry& e, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> g = load<W>(e.in[0] + i);
    for (int k = 0; k < W; k++) {
      g.v[k] = clipf(g.v[k], -p.limit, p.limit);
    }
    store<W>(e.out[0] + i, g);
  });
}

KERNEL(clip_squares, ClipSquares) {
  __shared__ double scratch[kBlock];
  for (long long chunk = blockIdx.x; chunk < p.table.chunks; chunk += gridDim.x) {
    const TensorEntry& e = p.table.entry[tensorOf(p.table, chunk)];
    const long long from = (chunk - e.firstChunk) * kTensorChunk;
    double sum = 0;
    for (int k = threadIdx.x; k < kTensorChunk; k += kBlock) {
      const double g = from + k < e.size ? e.in[0][from + k] : 0.0f;
      sum += g * g;
    }
    sum = blockSum(sum, scratch);
    if (threadIdx.x == 0) {
      p.partial[chunk] = sum;
    }
  }
}

KERNEL(clip_factors, ClipFactors) {
  __shared__ double scratch[kBlock];
  for (int b = blockIdx.x; b < p.count; b += gridDim.x) {
    const double norm = sqrt(sumOfPartials(p.partial + p.first[b], p.first[b + 1] - p.first[b], scratch));
    if (threadIdx.x == 0) {
      p.factor[b] = norm <= p.limit ? 1.0f : (float)(p.limit / norm);
    }
  }
}

KERNEL(clip_scale, ClipScale) {
  eachOfTensors<1, 1>(p.table, [&](auto width, const TensorEntry& e, long long i) {
    constexpr int W = decltype(width)::value;
    const float factor = p.factor[p.perTensor * (&e - p.table.entry)];
    Pack<W> g = load<W>(e.in[0] + i);
    for (int k = 0; k < W; k++) {
      g.v[k] *= factor;
    }
    store<W>(e.out[0] + i, g);
  });
}

}  // namespace convlstm4j
