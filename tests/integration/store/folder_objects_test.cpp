#include <utime.h>

#include <filesystem>
#include <fstream>

#include "tests/integration/store/object_suite.h"

namespace zp::gateway::test {

INSTANTIATE_TEST_SUITE_P(Folder, ObjectSuite, testing::Values(ObjectBackend{"folder", open_folder_objects}),
                         [](const auto& instance) { return instance.param.name; });

TEST(FolderObjects, SweepsWhatACrashLeftHalfWrittenADayAgo) {
  const TempFolder folder;
  ASSERT_EQ(error_of(open_folder_objects(folder.path())), "");
  const std::string old = folder / "aside/old", fresh = folder / "aside/fresh";
  for (const std::string& path : {old, fresh}) std::ofstream(path) << "half";
  const utimbuf two_days_ago{std::time(nullptr) - 48 * 3600, std::time(nullptr) - 48 * 3600};
  ASSERT_EQ(::utime(old.c_str(), &two_days_ago), 0);
  ASSERT_EQ(error_of(open_folder_objects(folder.path())), "");
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(fresh));
}

}  // namespace zp::gateway::test
