#include "fibre.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

#ifndef __x86_64__
#error "the simulated driver switches stacks in x86-64 assembly"
#endif

namespace gpusim {

namespace {

constexpr size_t kStack = 64 << 10;
constexpr size_t kGuardPage = 4096;
// Stacks lie a whole number of pages apart: without, the tops of all would fall into the same few lines of the caches.
constexpr size_t kStagger = 320;
constexpr size_t kStaggers = 4096 / 64;

}  // namespace

// Saves what a callee must preserve (System V ABI), stores the stack pointer in *from and goes on at `to`.
extern "C" void gpusim_switch(void** from, void* to) __attribute__((visibility("hidden")));
asm(R"(
.text
.type gpusim_switch, @function
.hidden gpusim_switch
.globl gpusim_switch
gpusim_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size gpusim_switch, .-gpusim_switch
)");

Fibre* Fibres::take() {
  if (free_.empty()) {
    void* stack = mmap(nullptr, kStack + kGuardPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) {
      std::perror("gpusim: no stack for a thread");
      std::abort();
    }
    mprotect(stack, kGuardPage, PROT_NONE);
    uintptr_t low = reinterpret_cast<uintptr_t>(stack) + kGuardPage;
    size_t stagger = all_.size() % kStaggers * kStagger % 4096;
    auto* fibre = new Fibre{nullptr, low, low + kStack - stagger};  // kept for the life of the process
    prepare(fibre);
    all_.push_back(fibre);
    return fibre;
  }
  Fibre* fibre = free_.back();
  free_.pop_back();
  return fibre;
}

void Fibres::prepare(Fibre* fibre) {
  auto* top = reinterpret_cast<void**>(fibre->high);
  *--top = nullptr;  // where a return address would be: the ABI's alignment on entry
  *--top = reinterpret_cast<void*>(entry_);
  for (int registers = 0; registers < 6; registers++) *--top = nullptr;
  fibre->sp = top;
}

void Fibres::giveBackAll() {
  free_ = all_;
  for (Fibre* fibre : all_) prepare(fibre);
}

void Fibres::enter(Fibre* fibre) {
  running_ = fibre;
  gpusim_switch(&scheduler_, fibre->sp);
  running_ = nullptr;
}

void Fibres::go(Fibre* fibre) {
  Fibre* from = running_;
  running_ = fibre;
  gpusim_switch(&from->sp, fibre->sp);
}

void Fibres::leave() { gpusim_switch(&running_->sp, scheduler_); }

}  // namespace gpusim
