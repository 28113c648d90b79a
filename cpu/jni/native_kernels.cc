// The kernels as convlstm4j.backend.onednn.NativeKernels calls them. Addresses and sizes are checked on the Java side.
#include <jni.h>
#include <omp.h>

#include "convlstm4j_backend_onednn_NativeKernels.h"
#include "kernels.h"

using convlstm4j::Activation;
using convlstm4j::Cell;
using convlstm4j::Kernels;
using convlstm4j::Winograd;

namespace {

const Kernels& table(jlong handle) { return *reinterpret_cast<const Kernels*>(handle); }
float* at(jlong address) { return reinterpret_cast<float*>(address); }

Cell cell(jlong samples, jlong pixels, jlong filters, jint activation, jint recurrent, jlong wci, jlong wcf,
          jlong wco) {
  return {samples,
          pixels,
          filters,
          static_cast<Activation>(activation),
          static_cast<Activation>(recurrent),
          at(wci),
          at(wcf),
          at(wco)};
}

}  // namespace

extern "C" {

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_convlstm4j_backend_onednn_NativeKernels_##name

NATIVE(jlong, choose)(JNIEnv* env, jclass, jstring wanted) {
  const char* name = env->GetStringUTFChars(wanted, nullptr);
  if (name == nullptr) return 0;  // out of memory, already thrown
  const Kernels* kernels = convlstm4j::choose(name);
  env->ReleaseStringUTFChars(wanted, name);
  return reinterpret_cast<jlong>(kernels);
}

NATIVE(jint, maxThreads)(JNIEnv*, jclass) { return omp_get_max_threads(); }

NATIVE(jstring, name)(JNIEnv* env, jclass, jlong handle) { return env->NewStringUTF(table(handle).name); }

NATIVE(void, gatesForward)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong pixels, jlong filters, jint activation,
 jint recurrent, jlong wci, jlong wcf, jlong wco, jlong gates, jboolean keep, jlong c_before, jlong c_after, jlong h,
 jlong output, jlong output_stride) {
  table(handle).gates_forward({cell(samples, pixels, filters, activation, recurrent, wci, wcf, wco), at(gates),
                               keep == JNI_TRUE, at(c_before), at(c_after), at(h), at(output), output_stride},
                              threads);
}

NATIVE(void, cellsAgain)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong pixels, jlong filters, jlong gates, jlong c_before,
 jlong c_after) {
  Cell sizes{};
  sizes.samples = samples;
  sizes.pixels = pixels;
  sizes.filters = filters;
  table(handle).cells_again({sizes, at(gates), at(c_before), at(c_after)}, threads);
}

NATIVE(void, gatesBackward)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong pixels, jlong filters, jint activation,
 jint recurrent, jlong wci, jlong wcf, jlong wco, jlong gates, jlong c_before, jlong c_after, jlong d_output,
 jlong output_stride, jlong dh, jlong dc, jlong d_wci, jlong d_wcf, jlong d_wco) {
  table(handle).gates_backward({cell(samples, pixels, filters, activation, recurrent, wci, wcf, wco), at(gates),
                                at(c_before), at(c_after), at(d_output), output_stride, at(dh), at(dc), at(d_wci), at(d_wcf), at(d_wco)},
                               threads);
}

NATIVE(jlong, winogradFloats)
(JNIEnv*, jclass, jlong handle, jint what, jint threads, jlong samples, jlong height, jlong width, jlong channels,
 jlong filters) {
  const Winograd layer{samples, height, width, channels, filters};
  const Kernels& kernels = table(handle);
  switch (what) {
    case convlstm4j_backend_onednn_NativeKernels_FORWARD_WEIGHTS:
      return kernels.forward_floats(layer);
    case convlstm4j_backend_onednn_NativeKernels_DATA_WEIGHTS:
      return kernels.data_floats(layer);
    case convlstm4j_backend_onednn_NativeKernels_WEIGHT_GRADIENT:
      return kernels.weights_floats(layer);
    default:
      return kernels.scratch_floats(layer, threads);
  }
}

NATIVE(void, packForward)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong height, jlong width, jlong channels, jlong filters,
 jlong wx, jlong wh, jlong packed) {
  table(handle).pack_forward({samples, height, width, channels, filters}, at(wx), at(wh), at(packed), threads);
}

NATIVE(void, packData)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong height, jlong width, jlong channels, jlong filters,
 jlong wx, jlong wh, jlong packed) {
  table(handle).pack_data({samples, height, width, channels, filters}, at(wx), at(wh), at(packed), threads);
}

NATIVE(void, winogradForward)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong height, jlong width, jlong channels, jlong filters,
 jint activation, jint recurrent, jlong wci, jlong wcf, jlong wco, jlong weights, jlong bias, jlong x, jlong x_stride,
 jlong h, jlong h_stride, jlong c_before, jlong c_after, jlong h_after, jlong h_after_stride, jlong gates,
 jlong scratch) {
  table(handle).winograd_forward(
      {{samples, height, width, channels, filters},
       cell(samples, height * width, filters, activation, recurrent, wci, wcf, wco),
       at(weights),
       at(bias),
       at(x),
       x_stride,
       at(h),
       h_stride,
       at(c_before),
       at(c_after),
       at(h_after),
       h_after_stride,
       at(gates),
       at(scratch)},
      threads);
}

NATIVE(void, winogradData)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong height, jlong width, jlong channels, jlong filters,
 jlong weights, jlong d_gates, jlong dx, jlong dx_stride, jlong dh, jlong scratch) {
  table(handle).winograd_data({{samples, height, width, channels, filters}, at(weights), at(d_gates), at(dx),
                               dx_stride, at(dh), at(scratch)},
                              threads);
}

NATIVE(void, winogradWeights)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong height, jlong width, jlong channels, jlong filters,
 jlong d_gates, jlong x, jlong x_stride, jlong h, jlong h_stride, jlong d_weights, jlong d_bias, jlong scratch) {
  table(handle).winograd_weights({{samples, height, width, channels, filters}, at(d_gates), at(x), x_stride, at(h),
                                  h_stride, at(d_weights), reinterpret_cast<double*>(d_bias), at(scratch)},
                                 threads);
}

NATIVE(void, unpackWeights)
(JNIEnv*, jclass, jlong handle, jint threads, jlong samples, jlong height, jlong width, jlong channels, jlong filters,
 jlong d_weights, jlong d_bias, jlong dwx, jlong dwh, jlong db) {
  table(handle).unpack_weights({{samples, height, width, channels, filters}, at(d_weights),
                                reinterpret_cast<const double*>(d_bias), at(dwx), at(dwh), at(db)},
                               threads);
}

}  // extern "C"
