// What kernels.h looks like from Java: the names, places and sizes of all fields, checked here against the structs at
// compile time, and by Java against its own list (Structs.java) when it loads the library, so that a library of another
// build is refused. Fields of a multiple of 8 bytes, one after another: name, or name[n].
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels.h"

namespace convlstm4j {

struct Field {
  const char* name;
  size_t offset;
  size_t size;
};

struct Struct {
  const char* name;
  const Field* fields;
  size_t count;
};

// Whether the fields are all of a struct's, without gaps.
template <size_t kCount>
constexpr bool complete(const Field (&fields)[kCount], size_t size) {
  size_t at = 0;
  for (const Field& f : fields) {
    if (f.offset != at || f.size % 8 != 0) return false;
    at += f.size;
  }
  return at == size;
}

#define FIELD(name) \
  { #name, offsetof(S, name), sizeof(S::name) }
#define FIELDS(type, ...)                         \
  struct Of##type {                               \
    using S = type;                               \
    static constexpr Field kFields[] = {__VA_ARGS__}; \
    static constexpr Struct kStruct = {#type, kFields, sizeof(kFields) / sizeof(Field)}; \
  };                                              \
  static_assert(complete(Of##type::kFields, sizeof(type)), #type " has other fields")

FIELDS(Cell, FIELD(samples), FIELD(pixels), FIELD(filters), FIELD(activation), FIELD(recurrent), FIELD(alpha),
       FIELD(recurrent_alpha), FIELD(keeps_pre), FIELD(wci), FIELD(wcf), FIELD(wco));
FIELDS(GatesForward, FIELD(cell), FIELD(gates), FIELD(keep), FIELD(c_before), FIELD(c_after), FIELD(h), FIELD(output),
       FIELD(output_stride));
FIELDS(CellsAgain, FIELD(cell), FIELD(gates), FIELD(c_before), FIELD(c_after));
FIELDS(GatesBackward, FIELD(cell), FIELD(gates), FIELD(c_before), FIELD(c_after), FIELD(d_output), FIELD(output_stride),
       FIELD(dh), FIELD(dc), FIELD(d_wci), FIELD(d_wcf), FIELD(d_wco));
FIELDS(Winograd, FIELD(samples), FIELD(height), FIELD(width), FIELD(channels), FIELD(filters));
FIELDS(WinogradPack, FIELD(layer), FIELD(wx), FIELD(wh), FIELD(packed));
FIELDS(WinogradForward, FIELD(layer), FIELD(cell), FIELD(weights), FIELD(bias), FIELD(x), FIELD(x_stride), FIELD(h),
       FIELD(h_stride), FIELD(c_before), FIELD(c_after), FIELD(h_after), FIELD(h_after_stride), FIELD(gates),
       FIELD(scratch));
FIELDS(WinogradData, FIELD(layer), FIELD(weights), FIELD(d_gates), FIELD(dx), FIELD(dx_stride),
       FIELD(dx_adds), FIELD(dh), FIELD(scratch));
FIELDS(WinogradWeights, FIELD(layer), FIELD(d_gates), FIELD(x), FIELD(x_stride), FIELD(h), FIELD(h_stride),
       FIELD(d_weights), FIELD(d_bias), FIELD(scratch));
FIELDS(WinogradGradients, FIELD(layer), FIELD(d_weights), FIELD(d_bias), FIELD(dwx), FIELD(dwh), FIELD(db));
FIELDS(Groups, FIELD(runs), FIELD(length), FIELD(step), FIELD(count), FIELD(axes), FIELD(sizes), FIELD(strides));
FIELDS(GroupMoments, FIELD(groups), FIELD(x), FIELD(centre), FIELD(squared), FIELD(sums), FIELD(scratch));
FIELDS(GroupNormalize, FIELD(groups), FIELD(x), FIELD(y), FIELD(mean), FIELD(scale), FIELD(shift));
FIELDS(GroupGradientSums, FIELD(groups), FIELD(x), FIELD(dy), FIELD(mean), FIELD(inverse), FIELD(sums),
       FIELD(scaled_sums), FIELD(scratch));
FIELDS(GroupInputGradient, FIELD(groups), FIELD(x), FIELD(dy), FIELD(dx), FIELD(mean), FIELD(a), FIELD(b), FIELD(scale),
       FIELD(adds));
FIELDS(Standardize, FIELD(slices), FIELD(rows), FIELD(columns), FIELD(groups), FIELD(by_column), FIELD(period),
       FIELD(epsilon));
FIELDS(StandardizeForward, FIELD(layer), FIELD(x), FIELD(gamma), FIELD(beta), FIELD(y), FIELD(statistics),
       FIELD(scratch));
FIELDS(StandardizeBackward, FIELD(layer), FIELD(x), FIELD(gamma), FIELD(dy), FIELD(statistics), FIELD(dx),
       FIELD(dgamma), FIELD(dbeta), FIELD(adds), FIELD(scratch));
FIELDS(ResampleTable, FIELD(outer), FIELD(inner), FIELD(columns), FIELD(rows), FIELD(starts), FIELD(places),
       FIELD(weights), FIELD(segments), FIELD(segment));
FIELDS(Resample, FIELD(table), FIELD(x), FIELD(y), FIELD(adds), FIELD(scratch));
FIELDS(Pool, FIELD(max), FIELD(images), FIELD(channels), FIELD(input), FIELD(output), FIELD(size), FIELD(stride),
       FIELD(pad));
FIELDS(PoolForward, FIELD(pool), FIELD(x), FIELD(y), FIELD(scratch));
FIELDS(PoolBackward, FIELD(pool), FIELD(x), FIELD(y), FIELD(dy), FIELD(dx), FIELD(adds), FIELD(scratch));

#undef FIELDS
#undef FIELD

// In the order of their numbers.
constexpr const char* kActivationNames[] = {
    "linear", "relu",       "tanh",     "sigmoid", "hard_sigmoid_keras2", "hard_sigmoid_keras3",
    "elu",    "leaky_relu", "softplus", "swish"};
static_assert(sizeof(kActivationNames) / sizeof(char*) == static_cast<size_t>(Activation::kSwish) + 1,
              "an activation has no name");
constexpr const char* kGateNames[] = {"input", "forget", "candidate", "output"};
static_assert(kInput == 0 && kForget == 1 && kCandidate == 2 && kOutput == 3 && kGates == 4, "gates have other places");

// A function of the table as Java calls it: by its number here, with a struct.
struct Entry {
  const char* name;
  const Struct* arguments;
  int64_t (*run)(const Kernels&, const void*, int threads);
};

template <class S, void (*Kernels::*kKernel)(const S&, int)>
int64_t run(const Kernels& kernels, const void* arguments, int threads) {
  (kernels.*kKernel)(*static_cast<const S*>(arguments), threads);
  return 0;
}

template <class S, int64_t (*Kernels::*kSize)(const S&, int)>
int64_t size(const Kernels& kernels, const void* arguments, int threads) {
  return (kernels.*kSize)(*static_cast<const S*>(arguments), threads);
}

#define KERNEL(type, name) \
  { #name, &Of##type::kStruct, run<type, &Kernels::name> }
#define SIZE(type, name) \
  { #name, &Of##type::kStruct, size<type, &Kernels::name> }

constexpr Entry kEntries[] = {
    KERNEL(GatesForward, gates_forward),
    KERNEL(CellsAgain, cells_again),
    KERNEL(GatesBackward, gates_backward),
    SIZE(Winograd, forward_floats),
    SIZE(Winograd, data_floats),
    SIZE(Winograd, weights_floats),
    SIZE(Winograd, scratch_floats),
    KERNEL(WinogradPack, pack_forward),
    KERNEL(WinogradPack, pack_data),
    KERNEL(WinogradForward, winograd_forward),
    KERNEL(WinogradData, winograd_data),
    KERNEL(WinogradWeights, winograd_weights),
    KERNEL(WinogradGradients, unpack_weights),
    SIZE(Groups, group_doubles),
    KERNEL(GroupMoments, group_moments),
    KERNEL(GroupNormalize, group_normalize),
    KERNEL(GroupGradientSums, group_gradient_sums),
    KERNEL(GroupInputGradient, group_input_gradient),
    SIZE(Standardize, standardize_doubles),
    KERNEL(StandardizeForward, standardize_forward),
    KERNEL(StandardizeBackward, standardize_backward),
    KERNEL(Resample, resample),
    KERNEL(PoolForward, pool_forward),
    KERNEL(PoolBackward, pool_backward),
};

#undef KERNEL
#undef SIZE

// What no entry takes, but others point to.
constexpr const Struct* kShared[] = {&OfCell::kStruct, &OfPool::kStruct, &OfResampleTable::kStruct};

}  // namespace convlstm4j
