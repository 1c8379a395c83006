// tests/integration/store/support.h - folders that go away, children that get killed, small disks.
#ifndef TESTS_INTEGRATION_STORE_SUPPORT_H_
#define TESTS_INTEGRATION_STORE_SUPPORT_H_

#include <gtest/gtest.h>
#include <sys/types.h>

#include <functional>
#include <string>

#include "crypto/base/bytes.h"

namespace zp::gateway::test {

/// A folder of its own, removed at the end.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// A file system of `kilobytes` at `folder` (tmpfs). Needs the right to mount: made() says whether it worked.
class SmallDisk {
 public:
  SmallDisk(const TempFolder& folder, int kilobytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool made() const { return made_; }
  /// Takes all space but `kilobytes` with a file.
  void fill(int kilobytes) const;
  void make_room() const;

 private:
  std::string path_;
  bool made_;
};

/// Runs `body` in a forked child, which ends with status 0 if it returns true. Fork before a database is open
/// here.
pid_t in_child(const std::function<bool()>& body);
/// Waits for the child; whether it returned true.
bool succeeded(pid_t child);

/// Runs `body` in a child that is killed with SIGKILL at a random moment within `milliseconds`. `body` says
/// what it was promised by calling `acknowledge`; these ids are returned.
std::vector<Id> killed_while(const std::function<void(const std::function<void(const Id&)>& acknowledge)>& body,
                             int milliseconds);

/// Text as bytes that own themselves.
Bytes bytes(std::string_view text);
Bytes random_bytes(std::size_t size);
bool holds(ByteView content, ByteView marker);
/// Whether any file below `folder` holds `marker`, anywhere.
bool any_file_holds(const std::string& folder, ByteView marker);

/// The Error's text, or nothing: EXPECT_EQ(error_of(result), "") shows what went wrong.
template <typename T>
std::string error_of(const Result<T>& result) {
  return result ? std::string() : result.error().message();
}

template <typename T>
testing::AssertionResult fails_with(const Result<T>& result, Code code) {
  if (result) return testing::AssertionFailure() << "it succeeded";
  if (result.error().code == code) return testing::AssertionSuccess();
  return testing::AssertionFailure() << code_name(result.error().code) << ": " << result.error().message();
}

/// The value of a Result that must be there.
template <typename T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

}  // namespace zp::gateway::test

#endif  // TESTS_INTEGRATION_STORE_SUPPORT_H_
