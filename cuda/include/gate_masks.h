// Dropout of a ConvLSTM: one mask per gate for x and one for h, constant over time (Keras's ConvLSTM2D with
// implementation=1). Masks hold 0 or 1 / (1 - rate): [4][N][E], images of E = C * P floats, channels first. Their random
// numbers are convlstm4j.tensor.Philox's, numbered along the user's layout: first + (gate * N + sample) * E + index.
//   gate_masks_draw    masks[q][n][k] = kept ? scale : 0                      traffic: 1 write
//   gate_masks_spread  to[n][t][q][k] = from[n][t][k] masks[q][n][k]          5 reads (masks from cache), 4 writes
//   gate_masks_gather  to[n][t][k] += sum_q from[n][t][q][k] masks[q][n][k]   9 reads, 1 write
// Any grid.
#pragma once
#include "index.h"
#include "philox.h"

namespace convlstm4j {

struct GateMasksDraw {
  unsigned bytes;
  unsigned threshold;  // an element is kept if its 32 bits are not below: rate * 2^32
  RandomKey random;
  unsigned long long first;
  float* masks;
  long long images;    // 4 N
  long long channels;  // C
  Divisor pixels;      // P
  Divisor image;       // C P
  int channelsLast;    // whether the user's images are [P][C]
  float scale;
};

struct GateMasksApply {
  unsigned bytes;
  int reserved;
  const float* from;
  float* to;
  const float* masks;
  long long samples;  // N
  Divisor steps;      // T
  Divisor image;      // E
  long long distance;  // floats from one sample to the next where there are four images: 4 T E, or more
};

}  // namespace convlstm4j
