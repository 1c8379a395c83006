#include "gateway/http/static_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/hash.h"

namespace zp::gateway {
namespace {

const char* type_of(const std::string& extension) {
  if (extension == ".css") return "text/css; charset=utf-8";
  if (extension == ".js") return "text/javascript; charset=utf-8";
  if (extension == ".svg") return "image/svg+xml";
  if (extension == ".png") return "image/png";
  if (extension == ".ico") return "image/x-icon";
  if (extension == ".woff2") return "font/woff2";
  if (extension == ".txt") return "text/plain; charset=utf-8";
  return nullptr;
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const std::string& folder) {
  StaticFiles files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const char* type = type_of(entry->path().extension().string());
    if (!type || !entry->is_regular_file()) continue;
    std::ifstream in(entry->path(), std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!in) return fail(Code::kConfig, "read static file", entry->path().string());
    auto etag = "\"" + to_hex(ByteView(crypto::sha256(as_bytes(content))).first(8)) + "\"";
    files.files_[entry->path().filename().string()] = {type, std::move(etag), std::move(content)};
  }
  if (error) return fail(Code::kConfig, "read folder of static files", folder, error.value());
  return files;
}

Response StaticFiles::serve(const Request& request, const std::string& name) const {
  const auto found = files_.find(name);
  if (found == files_.end()) return Response::error(404);
  const File& file = found->second;
  auto response =
      request.header("if-none-match") == file.etag ? Response::empty(304) : Response::bytes(file.content, file.type);
  response.set("ETag", file.etag);
  response.set("Cache-Control", "public, max-age=86400");
  return response;
}

}  // namespace zp::gateway
