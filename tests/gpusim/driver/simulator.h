// The simulated machine: one device, its driver's state, and what the tests set and ask.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "abi.h"
#include "capture.h"
#include "grid.h"
#include "journal.h"
#include "memory.h"
#include "settings.h"
#include "stream.h"

namespace gpusim {

class Context {
 public:
  int retained = 0;
  Status sticky = kSuccess;  // of failed work; every later call returns it
};

class Module {};

// A kernel of a module that is loaded.
struct LoadedFunction {
  const Function* function;
  const Module* module;
};

// Page-locked host memory.
class Pinned {
 public:
  void* allocate(size_t bytes);
  bool free(void* start);
  bool add(void* start, size_t bytes);  // registers memory that is there
  bool remove(void* start);
  bool contains(const void* p, size_t bytes) const;
  bool touches(const void* p, size_t bytes) const;
  void clear();

 private:
  struct Range {
    size_t bytes;
    bool ours;
  };
  std::map<uintptr_t, Range> ranges_;
};

// Live objects by handle.
template <class T>
class Handles {
 public:
  T* add(std::shared_ptr<T> object) {
    T* handle = object.get();
    live_[handle] = std::move(object);
    return handle;
  }
  std::shared_ptr<T> find(const void* handle) const {
    auto found = live_.find(handle);
    return found == live_.end() ? nullptr : found->second;
  }
  bool remove(const void* handle) { return live_.erase(handle) > 0; }
  void clear() { live_.clear(); }
  template <class F>
  void removeIf(F condition) {
    for (auto it = live_.begin(); it != live_.end();) it = condition(*it->second) ? live_.erase(it) : std::next(it);
  }

 private:
  std::unordered_map<const void*, std::shared_ptr<T>> live_;
};

class Simulator {
 public:
  std::recursive_mutex mutex;
  Settings settings;
  Injections injections;
  Journal journal;
  Memory memory;
  Pinned pinned;
  Context context;
  Streams streams;
  bool initialized = false;

  Handles<Stream> streamHandles;
  Handles<Event> events;
  Handles<Graph> graphs;
  Handles<GraphExec> graphExecs;
  Handles<Module> modules;
  Handles<LoadedFunction> functions;
  std::map<std::thread::id, std::vector<Context*>> currentContexts;

  // The stream of a handle, null being the default stream; a null pointer if there is none.
  std::shared_ptr<Stream> stream(const void* handle) const;

  // What is left of the context's objects goes with it.
  void destroyContext();
  // As if the process had just begun, but for the settings from the environment.
  void reset();
};

Simulator& simulator();

const Function* findKernel(const std::string& name);
std::vector<std::string> kernelNames();

}  // namespace gpusim
