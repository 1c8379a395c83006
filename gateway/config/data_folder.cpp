#include "gateway/config/data_folder.h"

#include <cstdlib>
#include <filesystem>

namespace zp::gateway {

std::string program_folder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string data_folder() {
  if (const char* given = std::getenv("ZEGELPOST_DATA"); given && *given) return given;
  const std::filesystem::path installed = std::filesystem::path(program_folder()) / "../share/zegelpost";
  std::error_code error;
  if (std::filesystem::is_directory(installed, error)) return std::filesystem::weakly_canonical(installed).string();
  return ZP_SOURCE_DIR;
}

}  // namespace zp::gateway
