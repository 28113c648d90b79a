// The CPU kernels as seen from outside: one table of functions per instruction set, made from the same source.
//
// Arrays are float32 and dense unless a stride says otherwise; channels lie innermost. N samples, P = H W pixels,
// C channels of x, F hidden channels, gates in the order of Gate (each F wide). Strides are in floats.
//
// Java fills the structs, see Structs.java: every field takes a multiple of 8 bytes, and jni/structs.h lists them, so
// that the two sides can compare what they know. What all calls of a layer share is a struct that the others point to.
#pragma once

#include <cstdint>

namespace convlstm4j {

// The gates' places in every 4F axis: i, f, g, o. Java's GateOrder; nothing else here knows it.
enum Gate : int64_t { kInput = 0, kForget = 1, kCandidate = 2, kOutput = 3 };
constexpr int64_t kGates = 4;

// Numbers that the Java side knows, see NativeKernels.java.
enum class Activation : int64_t {
  kLinear = 0,
  kRelu = 1,
  kTanh = 2,
  kSigmoid = 3,
  kHardSigmoidKeras2 = 4,
  kHardSigmoidKeras3 = 5,
  kElu = 6,
  kLeakyRelu = 7,
  kSoftplus = 8,
  kSwish = 9,
};

// What all steps of a ConvLSTM share; Shi et al. 2015 (arXiv:1506.04214), eq. 3.
struct Cell {
  int64_t samples;
  int64_t pixels;
  int64_t filters;
  Activation activation;
  Activation recurrent;
  double alpha;            // of activation: the slope or scale where x < 0 of ELU and leaky ReLU
  double recurrent_alpha;  // of recurrent
  // Whether training keeps pre-activations, the peepholes' terms among them, where it would keep gates. Must be so where
  // one of the two is ELU, leaky ReLU, softplus or swish: their derivatives need them.
  int64_t keeps_pre;
  const float* wci;  // [P, F], or null without peepholes, as the next two
  const float* wcf;
  const float* wco;
};

// One forward step over pre-activations. May work in place: c_after == c_before.
struct GatesForward {
  const Cell* cell;
  float* gates;  // [N, P, 4F] pre-activations; what backward needs afterwards, if keep
  int64_t keep;           // whether that is kept
  const float* c_before;  // [N, P, F]
  float* c_after;         // [N, P, F]
  float* h;               // [N, P, F]
  float* output;          // [N, P, F], samples output_stride apart, or null
  int64_t output_stride;
};

// c after a step once more, from the gates that forward kept.
struct CellsAgain {
  const Cell* cell;
  const float* gates;     // [N, P, 4F] as forward kept them
  const float* c_before;  // [N, P, F]
  float* c_after;         // [N, P, F]
};

// One backward step: the gradients of the pre-activations and of c before the step.
struct GatesBackward {
  const Cell* cell;
  float* gates;           // [N, P, 4F] as forward kept them; overwritten with the gradients of the pre-activations
  const float* c_before;  // [N, P, F]
  const float* c_after;   // [N, P, F]
  const float* d_output;  // [N, P, F], samples output_stride apart, or null
  int64_t output_stride;
  const float* dh;  // [N, P, F], what later steps say
  float* dc;        // [N, P, F], of c after the step; overwritten with that of c before
  float* d_wci;     // [P, F], added to; null without peepholes, as the next two
  float* d_wcf;
  float* d_wco;
};

// A 3x3 "same" layer for F(4x4, 3x3) of Lavin & Gray 2016 (arXiv:1509.09308).
struct Winograd {
  int64_t samples;
  int64_t height;
  int64_t width;
  int64_t channels;
  int64_t filters;
};

// The weights of a layer, for the layout of a pass.
struct WinogradPack {
  const Winograd* layer;
  const float* wx;  // [3, 3, C, 4F]
  const float* wh;  // [3, 3, F, 4F]
  float* packed;
};

// One forward step: x and h in one product of depth C + F per tile position, gates in the output transform.
struct WinogradForward {
  const Winograd* layer;
  const Cell* cell;
  const float* weights;  // of pack_forward
  const float* bias;     // [4F], or null
  const float* x;        // [N, P, C], samples x_stride apart
  int64_t x_stride;
  const float* h;  // [N, P, F], samples h_stride apart, or null for zeros
  int64_t h_stride;
  const float* c_before;  // [N, P, F]
  float* c_after;         // [N, P, F], may be c_before
  float* h_after;         // [N, P, F], samples h_after_stride apart, not h
  int64_t h_after_stride;
  float* gates;  // [N, P, 4F] what backward needs, or null if it is not kept
  float* scratch;
};

// The gradients of x and h of one step from those of the pre-activations.
struct WinogradData {
  const Winograd* layer;
  const float* weights;  // of pack_data
  const float* d_gates;  // [N, P, 4F]
  float* dx;             // [N, P, C], samples dx_stride apart; null if not wanted
  int64_t dx_stride;
  int64_t dx_adds;  // to dx; else it is written
  float* dh;  // [N, P, F], overwritten; null if not wanted
  float* scratch;
};

// Adds one step's share to the transformed gradients of the weights and to that of the bias.
struct WinogradWeights {
  const Winograd* layer;
  const float* d_gates;  // [N, P, 4F]
  const float* x;        // [N, P, C], samples x_stride apart
  int64_t x_stride;
  const float* h;  // [N, P, F], samples h_stride apart, or null for zeros
  int64_t h_stride;
  float* d_weights;  // of weights_floats
  double* d_bias;    // [4F], added to
  float* scratch;
};

// What the weights' passes of all steps have added up, and where it goes.
struct WinogradGradients {
  const Winograd* layer;
  const float* d_weights;
  const double* d_bias;
  float* dwx;  // [3, 3, C, 4F]
  float* dwh;  // [3, 3, F, 4F]
  float* db;   // [4F]
};

constexpr int64_t kMostAxes = 16;

// Sorts the elements of an array into groups. The array is runs of `length` neighbours, which belong to one group
// (step 0) or to successive ones (step 1); the group of a run's first element follows from the run's indices along
// `axes` outer axes, outermost first.
struct Groups {
  int64_t runs;
  int64_t length;
  int64_t step;
  int64_t count;
  int64_t axes;  // at most kMostAxes
  int64_t sizes[kMostAxes];
  int64_t strides[kMostAxes];
};

// sums[group] = sum of x - centre, or of its square.
struct GroupMoments {
  const Groups* groups;
  const float* x;
  const double* centre;
  int64_t squared;
  double* sums;
  double* scratch;  // of group_doubles
};

// y = (x - mean) scale + shift.
struct GroupNormalize {
  const Groups* groups;
  const float* x;
  float* y;
  const double* mean;
  const double* scale;
  const double* shift;
};

// sums[group] = sum of dy, scaled_sums[group] = sum of dy (x - mean) inverse.
struct GroupGradientSums {
  const Groups* groups;
  const float* x;
  const float* dy;
  const double* mean;
  const double* inverse;
  double* sums;
  double* scaled_sums;
  double* scratch;  // of group_doubles
};

// dx += (dy - a - b (x - mean)) scale, or what is added is written.
struct GroupInputGradient {
  const Groups* groups;
  const float* x;
  const float* dy;
  float* dx;
  const double* mean;
  const double* a;
  const double* b;
  const double* scale;
  int64_t adds;
};

// Normalisation of slices [rows, columns] by mean and variance of groups: all rows of so many neighbouring columns.
// Gamma and beta are [columns], or [period, rows], of which slice s has the numbers of s % period.
struct Standardize {
  int64_t slices;
  int64_t rows;
  int64_t columns;
  int64_t groups;     // of a slice, columns / groups wide
  int64_t by_column;  // whether they are [columns]
  int64_t period;
  double epsilon;
};

struct StandardizeForward {
  const Standardize* layer;
  const float* x;
  const float* gamma;  // or null
  const float* beta;   // or null
  float* y;
  double* statistics;  // [2, slices, groups] mean, then 1 / sqrt(variance + epsilon)
  double* scratch;     // of standardize_doubles
};

// dgamma and dbeta are added to; dx is, or is written.
struct StandardizeBackward {
  const Standardize* layer;
  const float* x;
  const float* gamma;  // or null
  const float* dy;
  const double* statistics;  // as forward has left them
  float* dx;                 // null if not wanted, as the next two
  float* dgamma;
  float* dbeta;
  int64_t adds;
  double* scratch;  // of standardize_doubles
};

// Weighted sums along the last three axes but one of [outer, columns.., inner], which become [outer, rows.., inner]. The
// tables of the first two axes: row r has the entries from starts[r] to starts[r + 1] - 1, each a place and a weight. The
// third: segment s, of rows with equally many entries, is segment[3 s ..]: its first row, entries of a row, its first
// entry; in a segment of n rows the entries of row k are k, n + k, 2 n + k and so on. One row number more ends the last
// segment.
struct ResampleTable {
  int64_t outer;
  int64_t inner;
  int64_t columns[3];
  int64_t rows[3];
  const int32_t* starts[2];
  const int32_t* places[3];
  const float* weights[3];
  int64_t segments;  // 0: the third axis stays as it is
  const int32_t* segment;
};

struct Resample {
  const ResampleTable* table;
  const float* x;
  float* y;
  int64_t adds;    // to y; else it is written
  float* scratch;  // columns[2] inner for each thread
};

// Pooling over images [N, D, H, W, C]; the arrays of three are of the axes D, H, W. Taps outside an image are left out.
struct Pool {
  int64_t max;  // else the mean
  int64_t images;
  int64_t channels;
  int64_t input[3];
  int64_t output[3];
  int64_t size[3];
  int64_t stride[3];
  int64_t pad[3];  // before the first pixel
};

struct PoolForward {
  const Pool* pool;
  const float* x;
  float* y;
  float* scratch;  // a row of input for each thread
};

// dx is added to, or written; the first of equal maxima, row-major, gets the gradient, none if the maximum is a NaN.
struct PoolBackward {
  const Pool* pool;
  const float* x;
  const float* y;
  const float* dy;
  float* dx;
  int64_t adds;
  float* scratch;  // a row of output for each thread
};

// One instruction set's kernels.
struct Kernels {
  const char* name;
  int64_t lanes;  // floats of a vector

  void (*gates_forward)(const GatesForward&, int threads);
  void (*cells_again)(const CellsAgain&, int threads);
  void (*gates_backward)(const GatesBackward&, int threads);

  // Floats of the packed weights (kinds: forward, data) and of the transformed gradient; threads change nothing here.
  int64_t (*forward_floats)(const Winograd&, int threads);
  int64_t (*data_floats)(const Winograd&, int threads);
  int64_t (*weights_floats)(const Winograd&, int threads);
  // Floats of scratch that any of the three passes needs.
  int64_t (*scratch_floats)(const Winograd&, int threads);

  void (*pack_forward)(const WinogradPack&, int threads);
  void (*pack_data)(const WinogradPack&, int threads);
  void (*winograd_forward)(const WinogradForward&, int threads);
  void (*winograd_data)(const WinogradData&, int threads);
  void (*winograd_weights)(const WinogradWeights&, int threads);
  // Adds the transformed gradient, transformed back, to dwx and dwh, and d_bias to db; each may be null.
  void (*unpack_weights)(const WinogradGradients&, int threads);

  // Sums have an order that depends on sizes only, not on threads.
  int64_t (*group_doubles)(const Groups&, int threads);
  void (*group_moments)(const GroupMoments&, int threads);
  void (*group_normalize)(const GroupNormalize&, int threads);
  void (*group_gradient_sums)(const GroupGradientSums&, int threads);
  void (*group_input_gradient)(const GroupInputGradient&, int threads);

  int64_t (*standardize_doubles)(const Standardize&, int threads);
  void (*standardize_forward)(const StandardizeForward&, int threads);
  void (*standardize_backward)(const StandardizeBackward&, int threads);

  void (*resample)(const Resample&, int threads);

  void (*pool_forward)(const PoolForward&, int threads);
  void (*pool_backward)(const PoolBackward&, int threads);
};

// The kernels that this machine runs fastest; wanted = "" or the name of one that it can run, else null.
const Kernels* choose(const char* wanted);

}  // namespace convlstm4j
