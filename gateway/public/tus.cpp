#include "gateway/public/tus.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/SHA1Engine.h>
#include <Poco/Timestamp.h>
#include <fmt/format.h>

#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "crypto/base/text.h"
#include "crypto/hash.h"
#include "gateway/http/csrf.h"

namespace zp::gateway {
namespace {

constexpr const char* kVersion = "1.0.0";
constexpr const char* kExtensions = "creation,creation-with-upload,expiration,checksum,termination";
constexpr const char* kOffsetType = "application/offset+octet-stream";

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Upload-Checksum: "sha1 BASE64". Hashes both kinds lazily: only the one that was named.
struct RunningChecksum {
  bool is_sha1 = false;
  Bytes wanted;
  Poco::SHA1Engine sha1;
  crypto::Sha256 sha256;
  Checksum checksum;

  RunningChecksum(bool use_sha1, Bytes digest) : is_sha1(use_sha1), wanted(std::move(digest)) {
    checksum.append = [this](ByteView bytes) {
      if (is_sha1)
        sha1.update(bytes.data(), bytes.size());
      else
        sha256.append(bytes);
    };
    checksum.matches = [this] {
      if (is_sha1) return Bytes(sha1.digest()) == wanted;
      const auto digest_now = sha256.finish();
      return std::ranges::equal(digest_now, wanted);
    };
  }
};

Result<std::unique_ptr<RunningChecksum>> parse_checksum(std::string_view header) {
  const auto space = header.find(' ');
  if (space == std::string_view::npos) return fail(Code::kMalformed, "read checksum");
  const auto name = header.substr(0, space);
  if (name != "sha1" && name != "sha256") return fail(Code::kMalformed, "read checksum: unknown algorithm");
  TRY_ASSIGN(auto digest, from_base64(trim(header.substr(space + 1))));
  return std::make_unique<RunningChecksum>(name == "sha1", std::move(digest));
}

}  // namespace

std::string dutch_size(std::uint64_t bytes) {
  const auto tenths = [&](double unit) {
    auto text = fmt::format("{:.1f}", static_cast<double>(bytes) / unit);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    if (const auto dot = text.find('.'); dot != std::string::npos) text[dot] = ',';
    return text;
  };
  constexpr double kKilo = 1024, kMega = kKilo * 1024, kGiga = kMega * 1024;
  if (bytes >= static_cast<std::uint64_t>(kGiga)) return tenths(kGiga) + " GB";
  if (bytes >= static_cast<std::uint64_t>(kMega)) return tenths(kMega) + " MB";
  if (bytes >= static_cast<std::uint64_t>(kKilo)) return tenths(kKilo) + " kB";
  return std::to_string(bytes) + " bytes";
}

Result<std::map<std::string, std::string>> parse_tus_metadata(std::string_view untrusted_header) {
  std::map<std::string, std::string> values;
  while (!untrusted_header.empty()) {
    const auto pair = trim(untrusted_header.substr(0, untrusted_header.find(',')));
    untrusted_header.remove_prefix(
        std::min(untrusted_header.size(), untrusted_header.find(',') == std::string_view::npos
                                              ? untrusted_header.size()
                                              : untrusted_header.find(',') + 1));
    const auto space = std::min(pair.find(' '), pair.size());
    if (space == 0) return fail(Code::kMalformed, "read upload metadata");
    TRY_ASSIGN(const auto value, from_base64(trim(pair.substr(space))));
    values[std::string(pair.substr(0, space))] = std::string(as_text(value));
    if (values.size() > 20) return fail(Code::kTooLarge, "read upload metadata");
  }
  return values;
}

Tus::Tus(Uploads& uploads, const DraftStore& drafts, std::string base_url, std::uint32_t expiry_hours)
    : uploads_(uploads), drafts_(drafts), base_url_(std::move(base_url)), expiry_hours_(expiry_hours) {}

void Tus::add_routes(Router& router) {
  for (const char* path : {"/uploads", "/uploads/{id}"})
    router.add("OPTIONS", path, [this](Request&) { return options(); });
  router.add("POST", "/uploads", checked(&Tus::create));
  router.add("HEAD", "/uploads/{id}", checked(&Tus::head));
  router.add("PATCH", "/uploads/{id}", checked(&Tus::patch));
  router.add("DELETE", "/uploads/{id}", checked(&Tus::remove));
}

Response Tus::problem(int status, std::string title, std::string detail) const {
  auto response =
      Response::json({{"status", status}, {"title", std::move(title)}, {"detail", std::move(detail)}}, status);
  response.set("Tus-Resumable", kVersion);
  return response;
}

Response Tus::refuse(const Error& error) const {
  const auto& limits = uploads_.limits();
  switch (error.code) {
    case Code::kTooLarge:
      return problem(413, "Te groot",
                     fmt::format("Dit bestand is te groot. Een bestand mag {} zijn, alles samen {}.",
                                 dutch_size(limits.max_file_bytes), dutch_size(limits.max_total_bytes)));
    case Code::kRefused:
      return problem(409, "Dit kan niet meer",
                     fmt::format("U kunt niet meer dan {} bestanden sturen, en na het versturen niets meer toevoegen.",
                                 limits.max_files));
    case Code::kConflict:
      return problem(409, "Andere stand", "Het uploaden gaat verder vanaf een ander punt.");
    case Code::kTampered:
      return problem(460, "Checksum Mismatch", "Het bestand kwam beschadigd aan. Probeer het opnieuw.");
    case Code::kNotFound:
      return problem(404, "Niet gevonden", "Dit bestand is er niet (meer). Upload het opnieuw.");
    case Code::kNoSpace:
      return problem(507, "Geen ruimte", "Wij kunnen nu geen bestanden ontvangen. Probeer het later opnieuw.");
    default:
      return problem(http_status(error), "Dit lukt niet", "Er ging iets mis. Probeer het opnieuw.");
  }
}

Handler Tus::checked(Action action) {
  return [this, action](Request& request) -> Response {
    if (request.header("tus-resumable") != kVersion) {
      auto response = problem(412, "Other version", "tus 1.0.0");
      response.set("Tus-Version", kVersion);
      return response;
    }
    if (!from_own_site(request, base_url_))
      return problem(403, "Andere website", "Dit verzoek kwam van een andere website.");
    const auto secret = DraftSecret::parse(request.cookie(kDraftCookie));
    if (!secret) return problem(403, "Geen inzending", "Uw inzending is verlopen. Begin opnieuw op de startpagina.");
    return (this->*action)(request, *secret);
  };
}

Response Tus::options() const {
  auto response = Response::empty(204);
  response.set("Tus-Resumable", kVersion).set("Tus-Version", kVersion).set("Tus-Extension", kExtensions);
  response.set("Tus-Checksum-Algorithm", "sha1,sha256");
  response.set("Tus-Max-Size", std::to_string(uploads_.limits().max_file_bytes));
  return response;
}

void Tus::add_state(Response& response, const DraftFile& file) const {
  const Poco::Timestamp expires = Poco::Timestamp() + Poco::Timespan(static_cast<long>(expiry_hours_) * 3600, 0);
  response.set("Tus-Resumable", kVersion).set("Upload-Offset", std::to_string(file.offset()));
  response.set("Upload-Expires", Poco::DateTimeFormatter::format(expires, Poco::DateTimeFormat::HTTP_FORMAT));
}

Response Tus::create(Request& request, const DraftSecret& secret) {
  const auto length = number(request.header("upload-length"));
  if (!length) return problem(400, "Geen lengte", "Upload-Length ontbreekt.");
  auto metadata = parse_tus_metadata(request.header("upload-metadata"));
  if (!metadata) return problem(400, "Onleesbare gegevens", "Upload-Metadata is niet leesbaar.");
  const NewUpload upload{
      .name = (*metadata)["filename"], .type = (*metadata)["filetype"], .slot = (*metadata)["slot"], .length = *length};
  const bool with_upload = request.content_length > 0 && request.header("content-type") == kOffsetType;
  if (with_upload && request.content_length > *length)
    return problem(413, "Te groot", "Er komt meer dan is aangekondigd.");
  const BodySource body = [&](auto buffer) { return request.read(buffer); };
  const auto file =
      with_upload ? uploads_.receive(secret, upload, body, request.interrupt) : uploads_.create(secret, upload);
  if (!file) return refuse(file.error());
  auto response = Response::empty(201);
  response.set("Location", "/uploads/" + file->object.hex());
  add_state(response, *file);
  return response;
}

Response Tus::head(Request& request, const DraftSecret& secret) {
  const auto id = Id::parse(request.parameter("id"));
  const auto file = id ? uploads_.look(secret, *id) : Result<DraftFile>(fail(Code::kNotFound, "look at upload"));
  if (!file) return refuse(file.error());
  auto response = Response::empty(200);
  add_state(response, *file);
  response.set("Upload-Length", std::to_string(file->length));
  return response;
}

Response Tus::patch(Request& request, const DraftSecret& secret) {
  const auto id = Id::parse(request.parameter("id"));
  const auto offset = number(request.header("upload-offset"));
  if (request.header("content-type") != kOffsetType)
    return problem(415, "Ander type", std::string("Content-Type moet zijn: ") + kOffsetType);
  if (!id) return refuse({Code::kNotFound, "append to upload"});
  if (!offset) return problem(400, "Geen offset", "Upload-Offset ontbreekt.");
  std::unique_ptr<RunningChecksum> checksum;
  if (request.has_header("upload-checksum")) {
    auto parsed = parse_checksum(request.header("upload-checksum"));
    if (!parsed) return problem(400, "Onbekende controle", "Upload-Checksum: sha1 of sha256.");
    checksum = std::move(*parsed);
  }
  const auto file = uploads_.append(
      secret, *id, *offset, [&](auto buffer) { return request.read(buffer); }, request.interrupt,
      checksum ? &checksum->checksum : nullptr);
  if (!file) return refuse(file.error());
  auto response = Response::empty(204);
  add_state(response, *file);
  return response;
}

Response Tus::remove(Request& request, const DraftSecret& secret) {
  const auto id = Id::parse(request.parameter("id"));
  const auto removed = id ? uploads_.remove(secret, *id) : Result<void>(fail(Code::kNotFound, "remove upload"));
  if (!removed) return refuse(removed.error());
  auto response = Response::empty(204);
  response.set("Tus-Resumable", kVersion);
  return response;
}

}  // namespace zp::gateway
