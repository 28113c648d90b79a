#include "bias.h"

#include "index.h"
#include "loops.h"
#include "sums.h"

namespace convlstm4j {

KERNEL(bias_add, BiasAdd) {
  for (long long i = gridIndex(); i < p.elements; i += gridStride()) {
    const long long channel = split(split(i, p.pixels).quotient, p.channels).rest;
    p.y[i] += p.bias[channel];
  }
}

KERNEL(bias_gradient, BiasGradient) {
  __shared__ double scratch[kBlock];
  for (long long c = blockIdx.x; c < p.channels; c += gridDim.x) {
    double sum = 0;
    for (long long i = threadIdx.x; i < p.images * p.pixels.by; i += kBlock) {
      const Split s = split(i, p.pixels);
      sum += p.dy[(s.quotient * p.channels + c) * p.pixels.by + s.rest];
    }
    sum = blockSum(sum, scratch);
    if (threadIdx.x == 0) {
      p.db[c] += (float)sum;
    }
  }
}

}  // namespace convlstm4j
