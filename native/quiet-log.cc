// A small addon, loaded before the engine's binding, that keeps TensorFlow's start-up notes ("oneDNN custom operations are
// on ...") out of the user's terminal. They are written by static initialisers of TensorFlow's framework library, before any
// setting is read: so that library is opened here with standard error turned away, and from then on only warnings and worse
// are shown. TF_CPP_MIN_LOG_LEVEL=0 shows everything.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// absl::SetMinLogLevel(LogSeverityAtLeast::kWarning) of the absl release inside TensorFlow 2.21.
constexpr char kSetMinLogLevel[] = "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE";
constexpr int kWarning = 1;

void OpenQuietly() {
  std::fflush(stderr);
  const int saved = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (saved >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  // A failure is no concern here: loading the binding reports it.
  void* framework = dlopen(TENSORFLOW_FRAMEWORK, RTLD_NOW | RTLD_GLOBAL);
  std::fflush(stderr);
  if (saved >= 0) {
    dup2(saved, STDERR_FILENO);
    close(saved);
  }
  if (nowhere >= 0) close(nowhere);
  if (framework == nullptr) return;
  void* symbol = dlsym(framework, kSetMinLogLevel);
  if (symbol != nullptr) reinterpret_cast<void (*)(int)>(symbol)(kWarning);
}

}  // namespace

NAPI_MODULE_INIT() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || std::strcmp(level, "0") != 0) OpenQuietly();
  return exports;
}
