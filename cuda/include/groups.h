// Sums over groups of elements: those with equal indices along the kept axes of an array share a group. BatchNorm,
// GlobalAveragePool and the gradients of biases are such sums.
//
// Every group is cut into `splits` parts of neighbouring members, each summed by one block, whose threads form `rows`
// rows of `columns` neighbouring groups (1 column where the innermost axis is not kept and members are many). A thread
// adds up kBatch members in float and adds that to its sum in double; the sums of a block go to
// partial[split][group][term], and a second kernel adds up the splits. The order depends on shapes alone.
#pragma once
#include "index.h"
#include "loops.h"
#include "sums.h"

namespace convlstm4j {

constexpr int kGroupAxes = 4;
constexpr int kBatch = 8;
constexpr int kMiddleRows = 16;  // rows to which a block's are added up before the last step

struct Groups {
  long long count;    // number of groups, row-major over the kept axes
  long long members;  // elements of one group, row-major over the other axes
  long long inner;    // neighbouring groups that a block sums side by side: size of the innermost axis if kept; where
                      // members are few, of the innermost kept one; else 1
  long long perSplit;  // members of a split; the last split may have fewer
  long long work;     // splits * tiles * outer groups
  Divisor splits;
  Divisor tiles;  // blocks of columns along the innermost axis
  int keptAxes;
  int reducedAxes;
  Divisor keptSize[kGroupAxes];
  long long keptStride[kGroupAxes];
  Divisor reducedSize[kGroupAxes];
  long long reducedStride[kGroupAxes];
};

constexpr int kMapAxes = 2 * kGroupAxes;

/** The group of an element: sum over the axes of (index along the axis) * stride, 0 along axes that are summed over. */
struct GroupMap {
  long long n;  // elements
  int axes;
  int unused;  // keeps the size a multiple of 8
  Divisor size[kMapAxes];
  long long stride[kMapAxes];
};

/** Index in the array of the first member of a group. */
__device__ __forceinline__ long long firstMember(const Groups& g, long long group) {
  return offset(group, g.keptAxes, g.keptSize, g.keptStride);
}

/** By how much member m of a group lies behind the first. */
__device__ __forceinline__ long long memberOffset(const Groups& g, long long m) {
  return offset(m, g.reducedAxes, g.reducedSize, g.reducedStride);
}

/** Adds each of the rows from `kept` on to one of the first `kept` rows. */
__device__ __forceinline__ void addRows(double (&sums)[2][kBlock], int row, int rows, int kept, int columns) {
  const int t = threadIdx.x;
  if (row < kept) {
    double a = sums[0][t], b = sums[1][t];
    ROLL
    for (int r = row + kept; r < rows; r += kept) {
      a += sums[0][t + (r - row) * columns];
      b += sums[1][t + (r - row) * columns];
    }
    sums[0][t] = a;
    sums[1][t] = b;
  }
}

/**
 * partial[split][group][0 and 1] = sums of two terms over the members of a split. A Term has
 *   Term(const Params&, group, first)      at the first member's index
 *   add(const long long (&at)[kBatch])     adds kBatch members, given their indices
 *   add(long long at)                      adds one member
 *   double a, b                            the sums
 */
template <class Term, class Params>
__device__ __forceinline__ void groupSums(const Groups& g, double* partial, const Params& params) {
  __shared__ double sums[2][kBlock];
  const int columns = (int)(g.inner < kBlock ? g.inner : kBlock);
  const int rows = kBlock / columns;
  const int column = (int)threadIdx.x % columns, row = (int)threadIdx.x / columns;
  ROLL
  for (long long w = blockIdx.x; w < g.work; w += gridDim.x) {
    const Split part = split(w, g.splits);
    const Split tile = split(part.quotient, g.tiles);
    const long long inside = tile.rest * columns + column;
    const long long group = tile.quotient * g.inner + inside;
    double a = 0, b = 0;
    if (row < rows && inside < g.inner) {
      const long long first = firstMember(g, group);
      const long long from = part.rest * g.perSplit;
      const long long end = from + g.perSplit < g.members ? from + g.perSplit : g.members;
      long long m = from + row;
      Term term(params, group, first);
      ROLL
      for (; m + (kBatch - 1) * rows < end; m += kBatch * rows) {
        long long at[kBatch];
        UNROLL
        for (int k = 0; k < kBatch; k++) {
          at[k] = first + memberOffset(g, m + (long long)k * rows);
        }
        term.add(at);
      }
      ROLL
      for (; m < end; m += rows) {
        term.add(first + memberOffset(g, m));
      }
      a = term.a;
      b = term.b;
    }
    sums[0][threadIdx.x] = a;
    sums[1][threadIdx.x] = b;
    __syncthreads();
    addRows(sums, row, rows, kMiddleRows, columns);
    __syncthreads();
    addRows(sums, row, rows < kMiddleRows ? rows : kMiddleRows, 1, columns);
    if (row == 0 && inside < g.inner) {
      double* p = partial + 2 * (part.rest * g.count + group);
      p[0] = sums[0][column];
      p[1] = sums[1][column];
    }
    __syncthreads();
  }
}

/** Sum over the splits of one term of a group, by a whole block; counts in thread 0. */
__device__ __forceinline__ double sumOfSplits(const Groups& g, const double* partial, long long group, int term,
                                              double* scratch) {
  if (g.splits.by == 1) return partial[2 * group + term];  // of many small groups, each without a barrier
  double sum = 0;
  ROLL
  for (long long s = threadIdx.x; s < g.splits.by; s += kBlock) {
    sum += partial[2 * (s * g.count + group) + term];
  }
  return blockSum(sum, scratch);
}

/** Calls body(Width, element, group of the first, group's step from element to element). */
template <class Body>
__device__ __forceinline__ void eachInGroup(const GroupMap& map, bool packed, Body body) {
  const int inner = map.axes - 1;
  each(map.n, packed && map.size[inner].by % 4 == 0, [&](auto width, long long i) {
    body(width, i, offset(i, map.axes, map.size, map.stride), map.stride[inner]);
  });
}

}  // namespace convlstm4j
