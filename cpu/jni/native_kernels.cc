// The kernels as convlstm4j.backend.onednn.NativeKernels calls them: one call for all, with the address of the
// kernel's struct. Addresses and sizes are checked on the Java side.
#include <jni.h>
#include <omp.h>

#include "convlstm4j_backend_onednn_NativeKernels.h"
#include "kernels.h"
#include "structs.h"

using convlstm4j::Entry;
using convlstm4j::Field;
using convlstm4j::kEntries;
using convlstm4j::Kernels;
using convlstm4j::Struct;

namespace {

const Kernels& table(jlong handle) { return *reinterpret_cast<const Kernels*>(handle); }

// A text of up to so many characters; what is longer is cut, so that the other side sees a difference.
class Text {
 public:
  Text& operator<<(const char* part) {
    for (; *part != '\0' && length_ + 1 < sizeof text_; part++) text_[length_++] = *part;
    return *this;
  }
  Text& operator<<(size_t number) {
    char digits[24];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do digits[--at] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    return *this << digits + at;
  }
  Text& operator<<(const Struct& s) {
    *this << s.name << ":";
    for (size_t k = 0; k < s.count; k++) {
      const Field& f = s.fields[k];
      *this << " " << f.name;
      if (f.size > 8) *this << "[" << f.size / 8 << "]";
    }
    return *this << "\n";
  }
  const char* get() const { return text_; }

 private:
  char text_[8192] = {};
  size_t length_ = 0;
};

}  // namespace

extern "C" {

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_convlstm4j_backend_onednn_NativeKernels_##name

NATIVE(jstring, describe)(JNIEnv* env, jclass) {
  Text text;
  text << "activations:";
  for (const char* name : convlstm4j::kActivationNames) text << " " << name;
  text << "\ngates:";
  for (const char* name : convlstm4j::kGateNames) text << " " << name;
  text << "\n";
  for (const Struct* s : convlstm4j::kShared) text << *s;
  for (const Entry& e : kEntries) text << e.name << " " << *e.arguments;
  return env->NewStringUTF(text.get());
}

NATIVE(jlong, choose)(JNIEnv* env, jclass, jstring wanted) {
  const char* name = env->GetStringUTFChars(wanted, nullptr);
  if (name == nullptr) return 0;  // out of memory, already thrown
  const Kernels* kernels = convlstm4j::choose(name);
  env->ReleaseStringUTFChars(wanted, name);
  return reinterpret_cast<jlong>(kernels);
}

NATIVE(jint, maxThreads)(JNIEnv*, jclass) { return omp_get_max_threads(); }

// For the calling thread alone, as OpenMP has it.
NATIVE(void, setThreads)(JNIEnv*, jclass, jint most) { omp_set_num_threads(most); }

NATIVE(jstring, name)(JNIEnv* env, jclass, jlong handle) { return env->NewStringUTF(table(handle).name); }

NATIVE(jlong, run)(JNIEnv*, jclass, jlong handle, jint kernel, jlong arguments, jint threads) {
  return kEntries[kernel].run(table(handle), reinterpret_cast<const void*>(arguments), threads);
}

}  // extern "C"
