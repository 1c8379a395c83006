#include "crypto/base/result.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace zp {
namespace {

const char* explanation(Code code) noexcept {
  switch (code) {
    case Code::kNotFound:
      return "it is not there";
    case Code::kExists:
      return "it is there already";
    case Code::kIo:
      return "the operating system refused";
    case Code::kNoSpace:
      return "no space left; free some and try again";
    case Code::kTooLarge:
      return "it is over the limit";
    case Code::kMalformed:
      return "it does not follow its format";
    case Code::kTampered:
      return "it was changed, cut or swapped, or the key is not the right one";
    case Code::kExpired:
      return "its time is past";
    case Code::kDenied:
      return "not allowed";
    case Code::kRefused:
      return "refused by a rule";
    case Code::kUnavailable:
      return "a helper does not answer; try again later";
    case Code::kTimeout:
      return "it took too long";
    case Code::kConfig:
      return "the configuration is wrong";
    case Code::kConflict:
      return "somebody else changed it first";
  }
  return "unknown failure";
}

Code code_of(int error_number) noexcept {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return Code::kNoSpace;
    case ENOENT:
      return Code::kNotFound;
    case EEXIST:
      return Code::kExists;
    default:
      return Code::kIo;
  }
}

}  // namespace

const char* code_name(Code code) noexcept {
  switch (code) {
    case Code::kNotFound:
      return "not-found";
    case Code::kExists:
      return "exists";
    case Code::kIo:
      return "io";
    case Code::kNoSpace:
      return "no-space";
    case Code::kTooLarge:
      return "too-large";
    case Code::kMalformed:
      return "malformed";
    case Code::kTampered:
      return "tampered";
    case Code::kExpired:
      return "expired";
    case Code::kDenied:
      return "denied";
    case Code::kRefused:
      return "refused";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kTimeout:
      return "timeout";
    case Code::kConfig:
      return "config";
    case Code::kConflict:
      return "conflict";
  }
  return "unknown";
}

std::string Error::message() const {
  std::string text = operation;
  if (!subject.empty()) text += ": " + subject;
  text += ": ";
  text += explanation(code);
  if (sys_errno != 0) text += " (" + std::generic_category().message(sys_errno) + ")";
  return text;
}

std::unexpected<Error> fail_errno(const char* operation, std::string subject) {
  const int error_number = errno;
  return fail(code_of(error_number), operation, std::move(subject), error_number);
}

void check_failed(const char* file, int line, const char* condition) noexcept {
  std::fprintf(stderr, "%s:%d: this must hold and does not: %s\n", file, line, condition);
  std::abort();
}

}  // namespace zp
