// A formula for each element: convlstm4j.op.Pointwise and PointwiseUpdate. The host sends the formula's steps, which
// every thread runs on registers in shared memory, so that one kernel does for all formulas; all threads take the same
// branch. Kernel pointwise:
//   y_k[i] = result_k, or y_k[i] += result_k where add; of scalar inputs (bits of scalars) x[0] counts for all i
// Where guard is given and not finite, y_k is set to x[kept_k] instead: nothing changes. Where bad is given nothing is
// stored, and *bad, 0 before, becomes infinity where a result is not finite. y_k may be x_j. Traffic per element: each
// input and output once (add: outputs twice). Any grid.
//
// Kernel pointwise_frames does the same for frames [N, P, F] whose elements lie anywhere (convlstm4j.backend.Parts):
// that of n, p, f of input j at x_j[n sample_j + p pixel_j + f column_j], of results likewise. No guard.
#pragma once

#include "index.h"

namespace convlstm4j {

constexpr int kMostInputs = 24;
constexpr int kMostResults = 15;
constexpr int kMostSteps = 128;
constexpr int kMostRegisters = 24;

/** The functions of convlstm4j.formula.Function, in its order. */
enum class Step : unsigned char {
  kInput,
  kConstant,
  kNegate,
  kAbs,
  kSign,
  kExp,
  kLog,
  kLog1p,
  kExpm1,
  kSqrt,
  kTanh,
  kSigmoid,
  kFloor,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kPower,
  kMinimum,
  kMaximum,
  kLess,
  kEqual,
  kWhere
};

/** One function at work. */
struct PointwiseStep {
  unsigned char function;  // Step
  unsigned char to;        // register that takes its value
  unsigned char a;         // registers of its arguments; of kInput the input
  unsigned char b;
  float value;  // of kConstant
  int c;
};

struct Pointwise {
  unsigned bytes;
  int steps;
  long long n;
  const float* guard;
  float* bad;
  unsigned scalars;
  int add;
  int results;
  int unused;
  const float* x[kMostInputs];
  float* y[kMostResults];
  int result[kMostResults];  // registers
  int kept[kMostResults];
  PointwiseStep step[kMostSteps];
};

/** Strides of frames, in elements. */
struct FrameStrides {
  long long sample;
  long long pixel;
  long long column;
};

struct PointwiseFrames {
  unsigned bytes;
  int steps;
  long long n;  // N P F
  Divisor pixels;
  Divisor columns;
  int add;
  int results;
  const float* x[kMostInputs];
  float* y[kMostResults];
  FrameStrides xStrides[kMostInputs];
  FrameStrides yStrides[kMostResults];
  int result[kMostResults];  // registers
  PointwiseStep step[kMostSteps];
};

}  // namespace convlstm4j
