// Sums over the groups of an array (groups.h): convlstm4j.op.GlobalAveragePool, gradients of biases.
//   group_sums         partial[split][g][0] = sum of x over the members of a split     any grid
//   group_sums_finish  y[g] = scale * sum, or y[g] += scale * sum where add            any grid
//   group_spread       dx[i] = factor * dy[group of i], += where add                  any grid
// x, dx: one float per element; y, dy [groups]; partial [splits, groups, 2] double, of which the second is 0. Traffic
// per element: group_sums 1 read; group_spread 1 write, and where it adds 1 read.
#pragma once
#include "groups.h"

namespace convlstm4j {

struct GroupSums {
  unsigned bytes;
  const float* x;
  double* partial;
  Groups groups;
};

struct GroupSumsFinish {
  unsigned bytes;
  int add;
  const double* partial;
  float* y;
  long long groups;
  long long splits;
  double scale;
};

struct GroupSpread {
  unsigned bytes;
  float factor;
  const float* dy;
  float* dx;
  long long add;  // 0 to write dx
  GroupMap map;
};

}  // namespace convlstm4j
