// The native methods of convlstm4j.gpusim.Simulator.
#include <jni.h>

#include <string>
#include <vector>

#include "kernel_hash.h"
#include "simulator.h"

using namespace gpusim;  // NOLINT: the functions below are C

#define NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_convlstm4j_gpusim_Simulator_##name

namespace {

std::string text(JNIEnv* env, jstring from) {
  const char* chars = env->GetStringUTFChars(from, nullptr);
  std::string copy = chars;
  env->ReleaseStringUTFChars(from, chars);
  return copy;
}

jobjectArray strings(JNIEnv* env, const std::vector<std::string>& lines) {
  jobjectArray array =
      env->NewObjectArray(static_cast<jsize>(lines.size()), env->FindClass("java/lang/String"), nullptr);
  for (size_t k = 0; array != nullptr && k < lines.size(); k++) {
    jstring line = env->NewStringUTF(lines[k].c_str());
    env->SetObjectArrayElement(array, static_cast<jsize>(k), line);
    env->DeleteLocalRef(line);
  }
  return array;
}

std::lock_guard<std::recursive_mutex> locked() { return std::lock_guard<std::recursive_mutex>(simulator().mutex); }

}  // namespace

NATIVE(void, reset)(JNIEnv*, jclass) {
  auto lock = locked();
  simulator().reset();
}

NATIVE(jobjectArray, traceLines)(JNIEnv* env, jclass) {
  auto lock = locked();
  return strings(env, simulator().journal.trace());
}

NATIVE(void, clearTrace)(JNIEnv*, jclass) {
  auto lock = locked();
  simulator().journal.clearTrace();
}

NATIVE(jboolean, setSchedule)(JNIEnv* env, jclass, jstring name, jlong seed) {
  auto lock = locked();
  simulator().streams.seed(static_cast<uint64_t>(seed));
  return simulator().settings.schedule(text(env, name), static_cast<uint64_t>(seed));
}

NATIVE(void, failCall)(JNIEnv* env, jclass, jstring api, jint nth, jint status) {
  auto lock = locked();
  simulator().injections.fail(text(env, api), nth, status);
}

NATIVE(void, refuseAlgorithms)(JNIEnv*, jclass, jlong seed) {
  auto lock = locked();
  simulator().settings.refusals = static_cast<uint64_t>(seed);
}

NATIVE(jobjectArray, objectLines)(JNIEnv* env, jclass) {
  auto lock = locked();
  return strings(env, simulator().journal.objects());
}

NATIVE(jstring, lastError)(JNIEnv* env, jclass) {
  auto lock = locked();
  return env->NewStringUTF(simulator().journal.lastError().c_str());
}

NATIVE(jlong, deviceBytes)(JNIEnv*, jclass) {
  auto lock = locked();
  return static_cast<jlong>(simulator().memory.used());
}

NATIVE(void, setDevice)(JNIEnv*, jclass, jboolean present, jint driver, jint capability, jlong bytes) {
  auto lock = locked();
  Settings& settings = simulator().settings;
  settings.noDevice = !present;
  settings.driverVersion = driver;
  settings.capability = capability;
  settings.memoryBytes = static_cast<uint64_t>(bytes);
}

NATIVE(jobjectArray, runNames)(JNIEnv* env, jclass) {
  auto lock = locked();
  std::vector<std::string> names;
  for (const KernelRun& run : simulator().journal.runs()) names.push_back(run.kernel);
  return strings(env, names);
}

NATIVE(jlongArray, runBytes)(JNIEnv* env, jclass) {
  auto lock = locked();
  std::vector<jlong> numbers;
  for (const KernelRun& run : simulator().journal.runs()) {
    for (uint64_t n : {run.readBytes, run.writtenBytes, run.distinctReadBytes, run.distinctWrittenBytes}) {
      numbers.push_back(static_cast<jlong>(n));
    }
  }
  jlongArray array = env->NewLongArray(static_cast<jsize>(numbers.size()));
  if (array != nullptr) env->SetLongArrayRegion(array, 0, static_cast<jsize>(numbers.size()), numbers.data());
  return array;
}

NATIVE(jobjectArray, kernelLines)(JNIEnv* env, jclass) { return strings(env, kernelNames()); }

NATIVE(jobjectArray, launchedLines)(JNIEnv* env, jclass, jboolean recorded) {
  auto lock = locked();
  return strings(env, simulator().journal.launched(recorded));
}

NATIVE(void, plant)(JNIEnv*, jclass, jint number) {
  auto lock = locked();
  plant(number);
}

NATIVE(jstring, kernelHash)(JNIEnv* env, jclass) { return env->NewStringUTF(KERNEL_HASH); }

NATIVE(void, clearFailures)(JNIEnv*, jclass) {
  auto lock = locked();
  simulator().injections.clear();
}
