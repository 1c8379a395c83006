// crypto/base/result.h - how a failure travels.
//
// What a caller must handle comes back as Result<T>. An Error never carries content: no document bytes, names,
// addresses or file names of senders; `subject` holds ids, paths of our own and line numbers only, so an Error may
// be logged. A bug of ours aborts the process (ZP_CHECK); the supervisor starts it again.
// Exceptions of third-party libraries are caught in the library's home and become an Error there.
// Threads: values; share nothing.
#ifndef CRYPTO_BASE_RESULT_H_
#define CRYPTO_BASE_RESULT_H_

#include <cstdlib>
#include <expected>
#include <string>
#include <utility>

namespace zp {

/// What kind of failure it is: programs decide on this, people read message().
enum class Code {
  kNotFound,     // it is not there
  kExists,       // it is there already
  kIo,           // the operating system refused; `sys_errno` says why
  kNoSpace,      // the disk is full or nearly full: try again when there is space
  kTooLarge,     // over a stated limit
  kMalformed,    // bytes that do not follow their format
  kTampered,     // bytes whose authentication fails: changed, cut, swapped, or opened with the wrong key
  kExpired,      // a key, code, session or message past its time
  kDenied,       // this actor may not do this
  kRefused,      // a rule of ours says no
  kUnavailable,  // a helper (gpg, clamd, SMTP, the keymaker) does not answer: try again later
  kTimeout,      // took longer than its budget
  kConfig,       // the configuration is wrong; `subject` says where
  kConflict,     // somebody else changed it first
};

/// The stable name of a code, for logs and tests ("no-space").
const char* code_name(Code code) noexcept;

/// One failure. `operation` is a string literal in our own words ("seal object").
struct Error {
  Code code;
  const char* operation;
  std::string subject = {};
  int sys_errno = 0;

  /// One English line for operators: operation, subject, what went wrong.
  std::string message() const;
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, const char* operation, std::string subject = {}, int sys_errno = 0) {
  return std::unexpected<Error>(Error{code, operation, std::move(subject), sys_errno});
}

/// An Error from the current errno; ENOSPC and EDQUOT become kNoSpace, ENOENT kNotFound, EEXIST kExists.
std::unexpected<Error> fail_errno(const char* operation, std::string subject = {});

/// Prints the condition and aborts: for bugs of ours, never for input.
[[noreturn]] void check_failed(const char* file, int line, const char* condition) noexcept;

}  // namespace zp

#define ZP_CHECK(condition)                                               \
  do {                                                                    \
    if (!(condition)) ::zp::check_failed(__FILE__, __LINE__, #condition); \
  } while (false)

// Statement forms only: as an expression inside a braced initialiser an early return would skip destructors of
// finished siblings and leave a secret unwiped (g++ 12 and clang alike).
#define ZP_CONCAT_INNER(a, b) a##b
#define ZP_CONCAT(a, b) ZP_CONCAT_INNER(a, b)

/// Runs `expression`, a Result<...>; on failure returns its Error from the enclosing function.
/// (__COUNTER__, since all macros inside a lambda given as argument stand on one line for the preprocessor.)
#define TRY_DO(...) TRY_DO_INNER(ZP_CONCAT(zp_result_, __COUNTER__), __VA_ARGS__)
#define TRY_DO_INNER(name, ...)                                                                         \
  do {                                                                                                  \
    if (auto name = (__VA_ARGS__); !name) return std::unexpected<::zp::Error>(std::move(name).error()); \
  } while (false)

/// `TRY_ASSIGN(auto x, f());`: x becomes the value, or the enclosing function returns the Error.
#define TRY_ASSIGN(target, ...) TRY_ASSIGN_INNER(ZP_CONCAT(zp_result_, __COUNTER__), target, __VA_ARGS__)
#define TRY_ASSIGN_INNER(name, target, ...)                                \
  auto name = (__VA_ARGS__);                                               \
  if (!name) return std::unexpected<::zp::Error>(std::move(name).error()); \
  target = std::move(*name)

#endif  // CRYPTO_BASE_RESULT_H_
