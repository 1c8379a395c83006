#include "tests/integration/store/object_suite.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "gateway/store/files.h"

namespace zp::gateway::test {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ObjectSuite);

std::string ObjectSuite::a_file(const Bytes& content) {
  const std::string path = folder_ / Id::random().hex();
  FileWriter writer = value_of(FileWriter::create(path));
  EXPECT_EQ(error_of(writer.append(content)), "");
  EXPECT_EQ(error_of(writer.close_synced()), "");
  return path;
}

Result<Bytes> ObjectSuite::content(const Id& object, std::uint32_t part) {
  TRY_ASSIGN(const auto source, objects_->get(object, part));
  Bytes all, buffer(1000);
  while (true) {
    TRY_ASSIGN(const std::size_t got, source(buffer));
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got));
    if (got < buffer.size()) return all;
  }
}

TEST_P(ObjectSuite, GivesBackTheVeryBytes) {
  const Id id = Id::random();
  const Bytes first = random_bytes(300'001), second = random_bytes(3), none;
  EXPECT_EQ(error_of(objects_->put_file(id, 0, a_file(first))), "");
  EXPECT_EQ(error_of(objects_->put_bytes(id, 1, second)), "");
  EXPECT_EQ(error_of(objects_->put_bytes(id, 2, none)), "");
  EXPECT_EQ(value_of(content(id, 0)), first);
  EXPECT_EQ(value_of(content(id, 1)), second);
  EXPECT_EQ(value_of(content(id, 2)), none);
}

TEST_P(ObjectSuite, SaysNotFoundForAPartThatIsNotThere) {
  const Id id = Id::random();
  EXPECT_EQ(error_of(objects_->put_bytes(id, 0, bytes("x"))), "");
  EXPECT_TRUE(fails_with(objects_->get(id, 1), Code::kNotFound));
  EXPECT_TRUE(fails_with(objects_->get(Id::random(), 0), Code::kNotFound));
  EXPECT_TRUE(fails_with(objects_->put_file(Id::random(), 0, folder_ / "nothing"), Code::kNotFound));
}

TEST_P(ObjectSuite, TakesTheSamePartAgain) {
  const Id id = Id::random();
  const Bytes sealed = random_bytes(5000);
  const std::string path = a_file(sealed);
  EXPECT_EQ(error_of(objects_->put_file(id, 0, path)), "");
  EXPECT_EQ(error_of(objects_->put_file(id, 0, path)), "") << "whether or not the first try moved the file away";
  EXPECT_EQ(error_of(objects_->put_file(id, 0, a_file(sealed))), "");
  EXPECT_EQ(error_of(objects_->put_bytes(id, 0, sealed)), "");
  EXPECT_EQ(value_of(content(id, 0)), sealed);
}

TEST_P(ObjectSuite, NeverReplacesAnObjectByAnother) {
  const Id id = Id::random();
  const Bytes sealed = random_bytes(5000);
  Bytes other = sealed;
  other.back() ^= 1;
  EXPECT_EQ(error_of(objects_->put_bytes(id, 0, sealed)), "");
  EXPECT_TRUE(fails_with(objects_->put_file(id, 0, a_file(other)), Code::kConflict));
  EXPECT_TRUE(fails_with(objects_->put_bytes(id, 0, other), Code::kConflict));
  EXPECT_EQ(value_of(content(id, 0)), sealed);
}

TEST_P(ObjectSuite, RemovesAllPartsAndAgain) {
  const Id id = Id::random(), other = Id::random();
  for (std::uint32_t part = 0; part < 3; ++part) EXPECT_EQ(error_of(objects_->put_bytes(id, part, bytes("x"))), "");
  EXPECT_EQ(error_of(objects_->put_bytes(other, 0, bytes("kept"))), "");
  EXPECT_EQ(error_of(objects_->remove(id, 3)), "");
  EXPECT_EQ(error_of(objects_->remove(id, 3)), "");
  EXPECT_EQ(error_of(objects_->remove(Id::random(), 1)), "");
  for (std::uint32_t part = 0; part < 3; ++part) EXPECT_TRUE(fails_with(objects_->get(id, part), Code::kNotFound));
  EXPECT_EQ(value_of(content(other, 0)), bytes("kept"));
}

TEST_P(ObjectSuite, KeepsAnOpenObjectReadableWhileItIsRemoved) {
  const Id id = Id::random();
  EXPECT_EQ(error_of(objects_->put_bytes(id, 0, bytes("whole"))), "");
  const auto source = value_of(objects_->get(id, 0));
  EXPECT_EQ(error_of(objects_->remove(id, 1)), "");
  Bytes buffer(10);
  EXPECT_EQ(value_of(source(buffer)), 5u);
}

TEST_P(ObjectSuite, CopiesAFileThatAnotherUserMayStillHoldOpen) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: only root can give a file to another user";
  const Id id = Id::random();
  const Bytes sealed = random_bytes(5000);
  const std::string path = a_file(sealed);
  ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
  const int held = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(error_of(objects_->put_file(id, 0, path)), "");
  EXPECT_EQ(::pwrite(held, "broken in", 9, 0), 9);
  ::close(held);
  EXPECT_EQ(value_of(content(id, 0)), sealed);
}

}  // namespace zp::gateway::test
