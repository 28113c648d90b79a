// Tables of arrays that one launch works through, such as all weights of a model. Every array is cut into chunks of
// kTensorChunk elements; a block takes one chunk at a time.
#pragma once
#include "loops.h"

namespace convlstm4j {

constexpr int kMaxTensors = 64;  // per launch
constexpr int kMaxInputs = 5;
constexpr int kMaxOutputs = 4;
constexpr int kTensorChunk = 16 * kBlock;

struct TensorEntry {
  long long size;
  long long firstChunk;  // chunks of the arrays before it in this launch
  const float* in[kMaxInputs];
  float* out[kMaxOutputs];
};

struct TensorTable {
  long long chunks;
  int count;
  int unused;  // keeps the size a multiple of 8
  TensorEntry entry[kMaxTensors];
};

/** The array to which a chunk belongs. */
template <class Entry>
__device__ __forceinline__ int entryOf(const Entry* entry, int count, long long chunk) {
  int low = 0, high = count - 1;
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (entry[middle].firstChunk <= chunk) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

__device__ __forceinline__ int tensorOf(const TensorTable& table, long long chunk) {
  return entryOf(table.entry, table.count, chunk);
}

/**
 * Calls body(Width, entry, i) for all elements i of all arrays, packed where the first Inputs inputs and Outputs outputs
 * of an array allow it.
 */
template <int Inputs, int Outputs, class Body>
__device__ __forceinline__ void eachOfTensors(const TensorTable& table, Body body) {
  ROLL
  for (long long chunk = blockIdx.x; chunk < table.chunks; chunk += gridDim.x) {
    const TensorEntry& e = table.entry[tensorOf(table, chunk)];
    bool packed = true;
    for (int k = 0; k < Inputs; k++) {
      packed &= aligned(e.in[k]);
    }
    for (int k = 0; k < Outputs; k++) {
      packed &= aligned(e.out[k]);
    }
    const long long from = (chunk - e.firstChunk) * kTensorChunk;
    const long long n = e.size - from < kTensorChunk ? e.size - from : kTensorChunk;
    const long long packs = packed ? n / 4 : 0;
    ROLL
    for (long long i = threadIdx.x; i < packs; i += kBlock) {
      body(Width<4>{}, e, from + 4 * i);
    }
    ROLL
    for (long long i = 4 * packs + threadIdx.x; i < n; i += kBlock) {
      body(Width<1>{}, e, from + i);
    }
  }
}

}  // namespace convlstm4j
