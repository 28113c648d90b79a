// Handles and descriptors: what they hold, and the book of those that live.
#pragma once

#include "call.h"

namespace simdnn {

struct Handle {
  static constexpr const char* kKind = "cudnnHandle";
  void* stream = nullptr;
  int capability = 0;  // major compute capability of the device
};

struct Tensor {
  static constexpr const char* kKind = "cudnnTensorDescriptor";
  int type = kFloat;
  int rank = 0;  // 0 until it is set
  int dims[kMaxDims] = {};
  int strides[kMaxDims] = {};  // elements
};

struct Filter {
  static constexpr const char* kKind = "cudnnFilterDescriptor";
  int type = kFloat;
  int format = kNchw;
  int rank = 0;             // 0 until it is set
  int dims[kMaxDims] = {};  // [K, C, ...] in either format
};

struct Convolution {
  static constexpr const char* kKind = "cudnnConvolutionDescriptor";
  int rank = 0;  // of the spatial axes; 0 until it is set
  int pad[kMaxDims] = {};
  int stride[kMaxDims] = {};
  int dilation[kMaxDims] = {};
  int mode = kCrossCorrelation;
  int type = kFloat;
  int math = kDefaultMath;
  int groups = 1;
  int reorder = 0;
};

// Enters an object in the book, or takes it out.
void enter(void* object, const char* kind);
void leave(void* object, const char* kind);

// Throws Refused unless the object lives and is of that kind.
void check_lives(const void* object, const char* kind, const char* name);

template <class T>
void create(T** out) {
  require(out != nullptr, "the pointer for the new object is null");
  *out = new T;
  enter(*out, T::kKind);
}

// As in the real library, null is let pass.
template <class T>
void destroy(T* object) {
  if (object == nullptr) return;
  check_lives(object, T::kKind, T::kKind);
  leave(object, T::kKind);
  delete object;
}

// The object behind an argument called `name`.
template <class T>
T& live(T* object, const char* name) {
  check_lives(object, T::kKind, name);
  return *object;
}

template <class T>
T& output(T* pointer, const char* name) {
  require(pointer != nullptr, std::string(name) + " is null");
  return *pointer;
}

}  // namespace simdnn
