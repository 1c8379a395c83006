// tests/integration/store/object_suite.h - what every implementation of ObjectStore promises.
#ifndef TESTS_INTEGRATION_STORE_OBJECT_SUITE_H_
#define TESTS_INTEGRATION_STORE_OBJECT_SUITE_H_

#include <memory>
#include <ostream>

#include "gateway/store/object_store.h"
#include "tests/integration/store/support.h"

namespace zp::gateway::test {

struct ObjectBackend {
  std::string name;
  std::function<Result<std::unique_ptr<ObjectStore>>(const std::string& folder)> open;
  friend std::ostream& operator<<(std::ostream& out, const ObjectBackend& backend) { return out << backend.name; }
};

class ObjectSuite : public testing::TestWithParam<ObjectBackend> {
 protected:
  ObjectSuite() : objects_(value_of(GetParam().open(folder_ / "objects"))) {}
  /// A finished, synced file as a door leaves it.
  std::string a_file(const Bytes& content);
  Result<Bytes> content(const Id& object, std::uint32_t part);

  TempFolder folder_;
  std::unique_ptr<ObjectStore> objects_;
};

}  // namespace zp::gateway::test

#endif  // TESTS_INTEGRATION_STORE_OBJECT_SUITE_H_
