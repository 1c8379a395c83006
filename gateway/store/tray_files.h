// gateway/store/tray_files.h - what the parts of Tray share; for them alone.
#ifndef GATEWAY_STORE_TRAY_FILES_H_
#define GATEWAY_STORE_TRAY_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "gateway/process/descriptor.h"

namespace zp::gateway {

inline constexpr unsigned kTrayFileMode = 0640;
inline constexpr std::string_view kBundle = ".bundle";
inline constexpr std::string_view kUnfinished = ".part";
inline constexpr std::string_view kAccepted = "/accepted", kSettled = "/settled";
inline constexpr std::string_view kTorn = "torn-";  // ID: what was behind the last whole group of a bundle

bool exists(const std::string& path);
Result<std::vector<std::string>> names_in(const std::string& folder);
/// Ids of the items (or, with a suffix, bundles) in `folder`, the one that was moved in first comes first.
Result<std::vector<Id>> ids_in(const std::string& folder, std::string_view suffix = {});
Result<Descriptor> open_item(const std::string& path);
/// Moves a folder or bundle to a name that must be free.
Result<void> move_item(const std::string& from, const std::string& to);

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_TRAY_FILES_H_
