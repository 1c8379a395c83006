#include "gateway/store/bundle.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace zp::gateway {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kMagic = "ZPBUND1\n";
constexpr std::size_t kLengthBytes = 4, kLongestName = 64;

std::unexpected<Error> malformed(const char* what) { return fail(Code::kMalformed, "read bundle of items", what); }

bool is_file_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.'; };
  return !name.empty() && name.size() <= kLongestName && name[0] != '.' && std::ranges::all_of(name, allowed);
}

/// Takes the next `size` bytes off the front of `rest`.
Result<ByteView> take(ByteView& rest, std::uint64_t size) {
  if (size > rest.size()) return malformed("it is cut");
  const ByteView taken = rest.first(static_cast<std::size_t>(size));
  rest = rest.subspan(static_cast<std::size_t>(size));
  return taken;
}

Result<PackedFile> parse_file(const Json& json, ByteView& rest) {
  const auto name = json.find("name"), size = json.find("size");
  if (name == json.end() || !name->is_string() || !is_file_name(name->get_ref<const std::string&>()))
    return malformed("name of a file");
  if (size == json.end() || !size->is_number_unsigned()) return malformed("size of a file");
  TRY_ASSIGN(const ByteView bytes, take(rest, size->get<std::uint64_t>()));
  return PackedFile{name->get<std::string>(), Bytes(bytes.begin(), bytes.end())};
}

Result<PackedItem> parse_item(const Json& json, ByteView& rest) {
  PackedItem item;
  const auto id = json.find("id"), files = json.find("files");
  if (id == json.end() || !id->is_string()) return malformed("id of an item");
  TRY_ASSIGN(item.id, Id::parse(id->get_ref<const std::string&>()));
  if (files == json.end() || !files->is_array()) return malformed("files of an item");
  for (const Json& one : *files) {
    TRY_ASSIGN(auto file, parse_file(one, rest));
    item.files.push_back(std::move(file));
  }
  return item;
}

/// Takes a group off the front of `rest` and adds its items to `items`; neither if it is not whole.
Result<void> parse_group(ByteView& rest, std::vector<PackedItem>& items) {
  ByteView left = rest;
  TRY_ASSIGN(const ByteView magic, take(left, kMagic.size()));
  if (as_text(magic) != kMagic) return malformed("it is none");
  TRY_ASSIGN(const ByteView length, take(left, kLengthBytes));
  std::uint64_t index_bytes = 0;
  for (const std::uint8_t byte : length) index_bytes = index_bytes << 8 | byte;
  TRY_ASSIGN(const ByteView text, take(left, index_bytes));
  const Json index = Json::parse(as_text(text), nullptr, false);
  if (!index.is_array()) return malformed("its index");
  std::vector<PackedItem> group;
  for (const Json& one : index) {
    TRY_ASSIGN(auto item, parse_item(one, left));
    group.push_back(std::move(item));
  }
  std::ranges::move(group, std::back_inserter(items));
  rest = left;
  return {};
}

}  // namespace

Result<Bytes> bundle_head(const std::vector<IndexedItem>& items, std::size_t room) {
  Json index = Json::array();
  for (const IndexedItem& item : items) {
    Json files = Json::array();
    for (const IndexedFile& file : item.files) files.push_back({{"name", file.name}, {"size", file.bytes}});
    index.push_back({{"id", item.id.hex()}, {"files", std::move(files)}});
  }
  std::string text = index.dump();
  constexpr std::size_t kBefore = kMagic.size() + kLengthBytes;
  if (room != 0 && kBefore + text.size() > room) return fail(Code::kTooLarge, "write index of a bundle");
  if (room != 0) text.resize(room - kBefore, ' ');
  Bytes head(kMagic.begin(), kMagic.end());
  for (int shift = 24; shift >= 0; shift -= 8) head.push_back(static_cast<std::uint8_t>(text.size() >> shift));
  head.insert(head.end(), text.begin(), text.end());
  return head;
}

Result<Bundle> parse_bundle(ByteView bytes) {
  Bundle bundle;
  TRY_DO(parse_group(bytes, bundle.items));
  while (std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != 0; }) && !bundle.torn)
    bundle.torn = !parse_group(bytes, bundle.items);
  return bundle;
}

}  // namespace zp::gateway
