#include "gateway/public/genuine_pages.h"

#include <fmt/format.h>

#include "crypto/hash.h"
#include "crypto/recipient_key.h"
#include "crypto/reference.h"
#include "gateway/http/csrf.h"
#include "gateway/http/form.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr std::uint64_t kMostBytes = 20 * 1024 * 1024;  // a letter of ours has some tens of kilobytes
constexpr const char* kTitle = "Is deze brief echt?";

/// The name under which wrong codes for a reference are counted.
Id counter_of(std::string_view reference) { return genuine_id(reference, "attempts"); }

}  // namespace

void GenuinePages::add_routes(Router& router) {
  router.add("GET", "/brief-controleren", [this](Request& request) {
    return ask({request.query_value("kenmerk").substr(0, 40), request.query_value("code").substr(0, 40), {}});
  });
  router.add("POST", "/brief-controleren", [this](Request& request) { return by_code(request); });
  router.add("POST", "/brief-controleren/bestand", [this](Request& request) { return by_file(request); });
}

Response GenuinePages::ask(const Asked& asked, int status) const {
  return door_.page("brief-controleren",
                    {{"title", kTitle}, {"reference", asked.reference}, {"code", asked.code}, {"error", asked.error}},
                    status);
}

Response GenuinePages::answer(const Result<std::string>& day) const {
  if (!day && day.error().code != Code::kNotFound) {
    log_error("letter not looked up", day.error());
    return Response::error(day.error());
  }
  const auto date = day ? intake::parse_date(*day) : Result<intake::Date>(std::unexpected(day.error()));
  return door_.page("brief-antwoord",
                    {{"title", kTitle}, {"genuine", date.has_value()}, {"day", date ? intake::dutch_date(*date) : ""}});
}

Response GenuinePages::by_code(Request& request) {
  if (!from_own_site(request, door_.config.public_door.base_url)) return Response::error(403);
  auto form = read_form(request);
  if (!form) return Response::error(form.error());
  Asked asked{(*form)["kenmerk"].substr(0, 40), (*form)["code"].substr(0, 40), {}};
  const auto refuse = [&](std::string sentence, int status) {
    asked.error = std::move(sentence);
    return ask(asked, status);
  };
  const auto reference = crypto::parse_reference(asked.reference);
  if (!reference) return refuse("Dit kenmerk klopt niet. Een kenmerk ziet er zo uit: ZP-4K7M-9XQ2-R.", 400);
  const std::string code = crypto::normalise_access_code(asked.code);
  if (code.empty()) return refuse("Vul de code in die onder aan de brief staat.", 400);
  const Id counter = counter_of(*reference);
  const auto attempt = door_.attempts.begin(counter, now_ms());
  if (!attempt) {
    log_error("letter not looked up", attempt.error());
    return Response::error(attempt.error());
  }
  if (!attempt->allowed)
    return refuse(fmt::format("Er is te vaak een verkeerde code ingevuld. U kunt het weer proberen na {}.",
                              local_time_dutch(attempt->locked_until_ms)),
                  429);
  const auto day = door_.shelf.letter_day(genuine_id(*reference, code));
  if (day) door_.attempts.succeeded(counter);
  return answer(day);
}

Response GenuinePages::by_file(Request& request) {
  if (!from_own_site(request, door_.config.public_door.base_url)) return Response::error(403);
  if (!is_multipart(request) || request.content_length > kMostBytes)
    return ask({{}, {}, "Kies het PDF-bestand van de brief. Het mag niet groter zijn dan 20 MB."}, 400);
  crypto::Sha256 hash;
  std::uint64_t bytes = 0;
  MultipartSink sink;
  sink.field = [](const std::string&, const std::string&) { return Result<void>(); };
  sink.file_begin = [](const FilePart&) { return Result<void>(); };
  sink.file_data = [&](ByteView data) -> Result<void> {
    hash.append(data);
    bytes += data.size();
    return {};
  };
  sink.file_end = [] { return Result<void>(); };
  if (const auto read = read_multipart(request, sink); !read) return Response::error(read.error());
  if (bytes == 0) return ask({{}, {}, "Kies eerst het PDF-bestand van de brief."}, 400);
  return answer(door_.shelf.letter_day(genuine_id_of_file(hash.finish())));
}

}  // namespace zp::gateway
