#include "simulator.h"

#include <sys/mman.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "fault.h"
#include "image.h"

namespace gpusim {

namespace {

std::map<std::string, Function>& registry() {
  static std::map<std::string, Function> kernels;
  return kernels;
}

}  // namespace

Simulator& simulator() {
  static auto* one = new Simulator;  // never destroyed: the JVM ends while threads still run
  return *one;
}

std::shared_ptr<Stream> Simulator::stream(const void* handle) const {
  constexpr uintptr_t kLegacy = 1;
  if (handle == nullptr || handle == reinterpret_cast<void*>(kLegacy)) return streams.legacy();
  return streamHandles.find(handle);
}

void Simulator::destroyContext() {
  context = {};
  streamHandles.clear();
  events.clear();
  graphs.clear();
  graphExecs.clear();
  modules.clear();
  functions.clear();
  memory.freeAll();
  streams.clear();
  pinned.clear();
}

void Simulator::reset() {
  destroyContext();
  currentContexts.clear();
  settings = Settings();
  injections.clear();
  journal.clear();
  initialized = false;
}

void* Pinned::allocate(size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return nullptr;
  ranges_[reinterpret_cast<uintptr_t>(p)] = {bytes, true};
  return p;
}

bool Pinned::free(void* start) {
  auto found = ranges_.find(reinterpret_cast<uintptr_t>(start));
  if (found == ranges_.end() || !found->second.ours) return false;
  munmap(start, found->second.bytes);
  ranges_.erase(found);
  return true;
}

bool Pinned::add(void* start, size_t bytes) {
  if (touches(start, bytes)) return false;
  ranges_[reinterpret_cast<uintptr_t>(start)] = {bytes, false};
  return true;
}

bool Pinned::remove(void* start) {
  auto found = ranges_.find(reinterpret_cast<uintptr_t>(start));
  if (found == ranges_.end() || found->second.ours) return false;
  ranges_.erase(found);
  return true;
}

bool Pinned::contains(const void* p, size_t bytes) const {
  auto address = reinterpret_cast<uintptr_t>(p);
  auto after = ranges_.upper_bound(address);
  if (after == ranges_.begin()) return false;
  --after;
  return address + bytes <= after->first + after->second.bytes;
}

bool Pinned::touches(const void* p, size_t bytes) const {
  auto address = reinterpret_cast<uintptr_t>(p);
  auto after = ranges_.lower_bound(address + bytes);
  if (after == ranges_.begin()) return false;
  --after;
  return address < after->first + after->second.bytes;
}

void Pinned::clear() {
  for (const auto& [start, range] : ranges_) {
    if (range.ours) munmap(reinterpret_cast<void*>(start), range.bytes);
  }
  ranges_.clear();
}

namespace device {

Registration::Registration(const char* name, size_t bytes, unsigned maxThreads, Invoker invoke) {
  if (!registry().emplace(name, Function(name, bytes, maxThreads, invoke)).second) {
    std::fprintf(stderr, "gpusim: two kernels are called %s\n", name);
    std::abort();
  }
}

}  // namespace device

const Function* findKernel(const std::string& name) {
  auto found = registry().find(name);
  return found == registry().end() ? nullptr : &found->second;
}

std::vector<std::string> kernelNames() {
  std::vector<std::string> names;
  for (const auto& entry : registry()) names.push_back(entry.first);
  return names;
}

std::string format(const char* pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  char text[1024];
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

void fault(Status status, const std::string& message, const void* code) {
  if (!onFibre()) throw Fault(status, message);
  leaveFibre(status, describeThread() + ": " + message, code);
}

}  // namespace gpusim
