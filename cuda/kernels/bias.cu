#include "bias.h"

#include "index.h"
#include "loops.h"

namespace convlstm4j {

KERNEL(bias_add, BiasAdd) {
  for (long long i = gridIndex(); i < p.elements; i += gridStride()) {
    const long long channel = split(split(i, p.pixels).quotient, p.channels).rest;
    p.y[i] += p.bias[channel];
  }
}

}  // namespace convlstm4j
