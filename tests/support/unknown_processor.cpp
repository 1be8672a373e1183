// A library to preload: OpenBLAS begins as on a processor that it does not know, with its kernel for SSE3.
// GRADZOO_ONE_KERNEL=1: and it cannot change it, as where it was built for one kernel.
#include <cstdlib>

#include <dlfcn.h>

namespace {

void call(const char* name) {
  if (void* const found = ::dlsym(RTLD_NEXT, name)) reinterpret_cast<void (*)()>(found)();
}

bool forgotten = false;

void forward(const char* name) {
  if (!forgotten || std::getenv("GRADZOO_ONE_KERNEL") == nullptr) call(name);
}

[[gnu::constructor]] void forget_the_processor() {
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr) return;
  call("gotoblas_dynamic_quit");
  ::setenv("OPENBLAS_CORETYPE", "Prescott", 1);
  call("gotoblas_dynamic_init");
  ::unsetenv("OPENBLAS_CORETYPE");
  forgotten = true;
}

}  // namespace

extern "C" void gotoblas_dynamic_quit();
extern "C" void gotoblas_dynamic_init();
void gotoblas_dynamic_quit() { forward("gotoblas_dynamic_quit"); }
void gotoblas_dynamic_init() { forward("gotoblas_dynamic_init"); }
