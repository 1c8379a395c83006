#include "gateway/dispatch/return_path.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace zp::gateway {
namespace {

const std::string kFrom = "post@zegelpost.example";

class ReturnPath : public testing::Test {
 protected:
  const SecretBytes key_ = SecretBytes::random(32);
  const Id subject_ = Id::random();
  const std::string path_ = signed_return_path(key_, kFrom, subject_, 2);
};

TEST_F(ReturnPath, LeadsBackToItsMailWhateverItsCase) {
  std::string shouted = path_;
  std::ranges::transform(shouted, shouted.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const std::string& address : {path_, shouted}) {
    const auto found = read_return_path(key_, kFrom, address);
    ASSERT_TRUE(found) << address;
    EXPECT_EQ(found->subject, subject_);
    EXPECT_EQ(found->number, 2u);
  }
}

TEST_F(ReturnPath, IsAnAddressOfOurMailboxThatFitsEverywhere) {
  EXPECT_TRUE(path_.starts_with("post+b"));
  EXPECT_TRUE(path_.ends_with("@zegelpost.example"));
  EXPECT_LE(path_.find('@'), 64u);
  const std::string longest(kMaxSignedLocal, 'a');
  EXPECT_EQ(signed_return_path(key_, longest + "@x.example", subject_, 0).find('@'), 64u);
  EXPECT_EQ(signed_return_path(key_, longest + "a@x.example", subject_, 0), longest + "a@x.example");
}

TEST_F(ReturnPath, IsBelievedOnlyAsItWasMade) {
  for (std::size_t i = path_.find("+b") + 2; i < path_.find('@'); ++i) {
    std::string changed = path_;
    changed[i] = changed[i] == 'a' ? 'c' : 'a';
    EXPECT_FALSE(read_return_path(key_, kFrom, changed)) << i;
  }
  EXPECT_FALSE(read_return_path(SecretBytes::random(32), kFrom, path_)) << "another key";
  EXPECT_FALSE(read_return_path(key_, "post@elders.example", path_)) << "another domain";
  EXPECT_FALSE(read_return_path(key_, "balie@zegelpost.example", path_)) << "another mailbox";
  for (const char* other :
       {"", "@", "post@zegelpost.example", "post+b@zegelpost.example", "post+ZP-4K7M-9XQ2-R@zegelpost.example"})
    EXPECT_FALSE(read_return_path(key_, kFrom, other)) << other;
}

}  // namespace
}  // namespace zp::gateway
