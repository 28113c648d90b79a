// Modules and kernel launches.
#include <cstring>

#include "api.h"
#include "grid.h"

using namespace gpusim;  // NOLINT: the functions below are C

namespace {

constexpr uint32_t kFatbinMagic = 0xba55ed50;  // what nvcc -fatbin begins a file with
constexpr int kMaxThreadsAttribute = 0;        // CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK

Status load(const char* api, Module** module, const void* image) {
  return call(api, Needs::kContext, "", [&] {
    uint32_t magic = 0;
    if (image != nullptr) std::memcpy(&magic, image, sizeof magic);
    if (magic != kFatbinMagic) {
      return refuse(kInvalidImage, format("%s: no fatbin: begins with %08x, expected %08x", api, magic, kFatbinMagic));
    }
    *module = simulator().modules.add(std::make_shared<Module>());
    simulator().journal.object("module", *module, true);
    return kSuccess;
  });
}

// What is wrong with a launch; empty if nothing.
std::string wrong(const Function& f, Extent grid, Extent block, unsigned sharedBytes, void** params, void** extra) {
  if (grid.count() == 0 || block.count() == 0) return "an extent of grid or block is 0";
  if (grid.x > 2147483647u || grid.y > 65535 || grid.z > 65535) return "the grid is too large";
  if (block.count() > f.maxThreads) {
    return format("%llu threads in a block, the kernel was compiled for at most %u",
                  static_cast<unsigned long long>(block.count()), f.maxThreads);
  }
  if (sharedBytes > 0) return "dynamic shared memory is not simulated";
  if (extra != nullptr || params == nullptr || params[0] == nullptr) return "the parameters are missing";
  unsigned bytes;
  std::memcpy(&bytes, params[0], sizeof bytes);
  if (bytes != f.bytes) {
    return format("wrong parameter struct: its member `bytes` says %u, the kernel's struct has %zu bytes", bytes,
                  f.bytes);
  }
  return "";
}

void run(const Function& f, Extent grid, Extent block, const std::vector<char>& params) {
  nameEpoch(f.name);
  runGrid(f, grid, block, params.data());
  simulator().journal.ran(
      {f.name, current.readBytes, current.writtenBytes, current.distinctReadBytes, current.distinctWrittenBytes});
}

}  // namespace

GPUSIM_API Status cuModuleLoadData(Module** module, const void* image) {
  return load("cuModuleLoadData", module, image);
}

GPUSIM_API Status cuModuleLoadFatBinary(Module** module, const void* image) {
  return load("cuModuleLoadFatBinary", module, image);
}

GPUSIM_API Status cuModuleLoadDataEx(Module** module, const void* image, unsigned count, int* options, void** values) {
  (void)count, (void)options, (void)values;  // for PTX's compiler
  return load("cuModuleLoadDataEx", module, image);
}

GPUSIM_API Status cuModuleUnload(void* module) {
  return call("cuModuleUnload", Needs::kCleanup, "", [&] {
    if (!simulator().modules.remove(module))
      return refuse(kInvalidHandle, "cuModuleUnload: no such module, or unloaded before");
    simulator().functions.removeIf([&](const LoadedFunction& f) { return f.module == module; });
    simulator().journal.object("module", module, false);
    return kSuccess;
  });
}

GPUSIM_API Status cuModuleGetFunction(LoadedFunction** function, void* module, const char* name) {
  return call("cuModuleGetFunction", Needs::kContext, name, [&] {
    auto m = simulator().modules.find(module);
    if (m == nullptr) return refuse(kInvalidHandle, "cuModuleGetFunction: no such module");
    const Function* kernel = findKernel(name);
    if (kernel == nullptr) return refuse(kNotFound, std::string("no kernel is called ") + name);
    *function = simulator().functions.add(std::make_shared<LoadedFunction>(LoadedFunction{kernel, m.get()}));
    return kSuccess;
  });
}

GPUSIM_API Status cuFuncGetAttribute(int* value, int attribute, void* function) {
  return call("cuFuncGetAttribute", Needs::kContext, "", [&] {
    auto f = simulator().functions.find(function);
    if (f == nullptr) return refuse(kInvalidHandle, "cuFuncGetAttribute: no such function");
    if (attribute != kMaxThreadsAttribute)
      return refuse(kNotSupported, format("function attribute %d is not simulated", attribute));
    *value = static_cast<int>(f->function->maxThreads);
    return kSuccess;
  });
}

GPUSIM_API Status cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                                 unsigned blockY, unsigned blockZ, unsigned sharedBytes, void* handle, void** params,
                                 void** extra) {
  Extent grid = {gridX, gridY, gridZ}, block = {blockX, blockY, blockZ};
  auto found = [&] {
    std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
    return simulator().functions.find(function);
  }();
  const char* name = found == nullptr ? "?" : found->function->name;
  std::string details =
      format("%s grid=%u,%u,%u block=%u,%u,%u stream=%p", name, gridX, gridY, gridZ, blockX, blockY, blockZ, handle);
  return call("cuLaunchKernel", Needs::kContext, details, [&] {
    auto stream = simulator().stream(handle);
    if (stream == nullptr) return refuse(kInvalidHandle, "cuLaunchKernel: no such stream");
    if (found == nullptr) return refuse(kInvalidHandle, "cuLaunchKernel: no such function, or its module was unloaded");
    const Function& f = *found->function;
    std::string why = wrong(f, grid, block, sharedBytes, params, extra);
    if (!why.empty()) return refuse(kInvalidValue, std::string("kernel ") + f.name + ": " + why);
    auto* from = static_cast<const char*>(params[0]);
    std::vector<char> copied(from, from + f.bytes);
    simulator().streams.put(stream, {f.name, [&f, grid, block, copied] { run(f, grid, block, copied); }, nullptr});
    return kSuccess;
  });
}
