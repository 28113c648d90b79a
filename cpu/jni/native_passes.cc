// Pooling and batch normalisation as convlstm4j.backend.onednn.NativePasses calls them. Addresses and sizes are checked
// on the Java side.
#include <jni.h>

#include "convlstm4j_backend_onednn_NativePasses.h"
#include "kernels.h"

using convlstm4j::Groups;
using convlstm4j::Kernels;
using convlstm4j::Pool;

namespace {

constexpr int64_t kMostAxes = 16;

const Kernels& table(jlong handle) { return *reinterpret_cast<const Kernels*>(handle); }
float* at(jlong address) { return reinterpret_cast<float*>(address); }

// The numbers of a Java array, copied; as many as are there, at most kMost.
template <int64_t kMost>
class Numbers {
 public:
  Numbers(JNIEnv* env, jlongArray array) : count_(env->GetArrayLength(array)) {
    if (count_ > kMost) count_ = kMost;
    env->GetLongArrayRegion(array, 0, static_cast<jsize>(count_), values_);
  }
  int64_t count() const { return count_; }
  int64_t operator[](int64_t k) const { return values_[k]; }

 private:
  int64_t count_;
  jlong values_[kMost] = {};
};

// A shape of groups: runs, length, step, count, then size and stride of each axis.
class Shape {
 public:
  Shape(JNIEnv* env, jlongArray array) {
    const Numbers<4 + 2 * kMostAxes> n(env, array);
    const int64_t axes = (n.count() - 4) / 2;
    for (int64_t k = 0; k < axes; k++) {
      sizes_[k] = n[4 + 2 * k];
      strides_[k] = n[5 + 2 * k];
    }
    groups_ = {n[0], n[1], n[2], n[3], axes, sizes_, strides_};
  }
  const Groups& groups() const { return groups_; }

 private:
  int64_t sizes_[kMostAxes] = {};
  int64_t strides_[kMostAxes] = {};
  Groups groups_{};
};

// A Java array of numbers per group for the length of a call.
class PerGroup {
 public:
  PerGroup(JNIEnv* env, jdoubleArray array) : env_(env), array_(array), values_(env->GetDoubleArrayElements(array, nullptr)) {}
  ~PerGroup() {
    if (values_ != nullptr) env_->ReleaseDoubleArrayElements(array_, values_, 0);
  }
  PerGroup(const PerGroup&) = delete;
  PerGroup& operator=(const PerGroup&) = delete;
  explicit operator bool() const { return values_ != nullptr; }
  double* get() const { return values_; }

 private:
  JNIEnv* env_;
  jdoubleArray array_;
  double* values_;
};

// The numbers of a pooling: max, images, channels, then input, output, size, stride, pad of D, H, W each.
Pool pool(JNIEnv* env, jlongArray array) {
  const Numbers<18> n(env, array);
  Pool p{};
  p.max = n[0] != 0;
  p.images = n[1];
  p.channels = n[2];
  for (int k = 0; k < 3; k++) {
    p.input[k] = n[3 + k];
    p.output[k] = n[6 + k];
    p.size[k] = n[9 + k];
    p.stride[k] = n[12 + k];
    p.pad[k] = n[15 + k];
  }
  return p;
}

}  // namespace

extern "C" {

// Where the JVM has no memory for a copy of an array, it has already thrown.
#define NATIVE(type, name) JNIEXPORT type JNICALL Java_convlstm4j_backend_onednn_NativePasses_##name

NATIVE(jlong, scratchDoubles)(JNIEnv* env, jclass, jlong handle, jlongArray shape) {
  return table(handle).group_doubles(Shape(env, shape).groups());
}

NATIVE(void, moments)
(JNIEnv* env, jclass, jlong handle, jint threads, jlongArray shape, jlong x, jdoubleArray centre, jboolean squared,
 jdoubleArray sums, jlong scratch) {
  const Shape s(env, shape);
  const PerGroup c(env, centre), to(env, sums);
  if (!c || !to) return;
  table(handle).group_moments({s.groups(), at(x), c.get(), squared == JNI_TRUE, to.get(),
                               reinterpret_cast<double*>(scratch)},
                              threads);
}

NATIVE(void, normalize)
(JNIEnv* env, jclass, jlong handle, jint threads, jlongArray shape, jlong x, jlong y, jdoubleArray mean,
 jdoubleArray scale, jdoubleArray shift) {
  const Shape s(env, shape);
  const PerGroup m(env, mean), by(env, scale), plus(env, shift);
  if (!m || !by || !plus) return;
  table(handle).group_normalize({s.groups(), at(x), at(y), m.get(), by.get(), plus.get()}, threads);
}

NATIVE(void, gradientSums)
(JNIEnv* env, jclass, jlong handle, jint threads, jlongArray shape, jlong x, jlong dy, jdoubleArray mean,
 jdoubleArray inverse, jdoubleArray sums, jdoubleArray scaled, jlong scratch) {
  const Shape s(env, shape);
  const PerGroup m(env, mean), by(env, inverse), to(env, sums), to_scaled(env, scaled);
  if (!m || !by || !to || !to_scaled) return;
  table(handle).group_gradient_sums({s.groups(), at(x), at(dy), m.get(), by.get(), to.get(), to_scaled.get(),
                                     reinterpret_cast<double*>(scratch)},
                                    threads);
}

NATIVE(void, inputGradient)
(JNIEnv* env, jclass, jlong handle, jint threads, jlongArray shape, jlong x, jlong dy, jlong dx, jdoubleArray mean,
 jdoubleArray a, jdoubleArray b, jdoubleArray scale) {
  const Shape s(env, shape);
  const PerGroup m(env, mean), first(env, a), second(env, b), by(env, scale);
  if (!m || !first || !second || !by) return;
  table(handle).group_input_gradient(
      {s.groups(), at(x), at(dy), at(dx), m.get(), first.get(), second.get(), by.get()}, threads);
}

NATIVE(void, poolForward)
(JNIEnv* env, jclass, jlong handle, jint threads, jlongArray shape, jlong x, jlong y, jlong scratch) {
  table(handle).pool_forward({pool(env, shape), at(x), at(y), at(scratch)}, threads);
}

NATIVE(void, poolBackward)
(JNIEnv* env, jclass, jlong handle, jint threads, jlongArray shape, jlong x, jlong y, jlong dy, jlong dx,
 jlong scratch) {
  table(handle).pool_backward({pool(env, shape), at(x), at(y), at(dy), at(dx), at(scratch)}, threads);
}

}  // extern "C"
