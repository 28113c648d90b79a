#include "objects.h"

#include <cstring>
#include <map>
#include <mutex>

#include "gpusim.h"

namespace simdnn {
namespace {

std::mutex g_mutex;

std::map<const void*, const char*>& book() {
  static auto* objects = new std::map<const void*, const char*>;  // outlives whatever ends after this library
  return *objects;
}

}  // namespace

void enter(void* object, const char* kind) {
  {
    std::lock_guard<std::mutex> lock(g_mutex);
    book()[object] = kind;
  }
  gpusim::object(kind, object, true);
}

void leave(void* object, const char* kind) {
  {
    std::lock_guard<std::mutex> lock(g_mutex);
    book().erase(object);
  }
  gpusim::object(kind, object, false);
}

void check_lives(const void* object, const char* kind, const char* name) {
  require(object != nullptr, std::string(name) + " is null");
  std::lock_guard<std::mutex> lock(g_mutex);
  const auto found = book().find(object);
  require(found != book().end(), std::string(name) + " was destroyed or never created");
  require(std::strcmp(found->second, kind) == 0, std::string(name) + " is a " + found->second + ", not a " + kind);
}

}  // namespace simdnn
