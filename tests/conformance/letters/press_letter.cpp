// press_letter NAME DATA.json OUTPUT.pdf [--signed | --time-stamp URL SEAL.pem | --token URI CHAIN.pem]: what the worker does
// with a letter, for the checks in Python. SEAL.pem gets the certificate of the seal; CHAIN.pem is that of the key in the token.
#include <fstream>
#include <iostream>

#include "crypto/cms.h"
#include "crypto/time_stamp.h"
#include "crypto/token_key.h"
#include "gateway/dispatch/time_stamp_client.h"
#include "templates/letter/letter.h"

namespace {

using zp::Bytes;
using zp::ByteView;
using zp::Result;

struct Task {
  std::string name, time_stamp_url, seal_path, token_uri;
  nlohmann::json data;
  bool sealed = false;
};

Result<Bytes> render(const Task& task) {
  using namespace zp::templates;
  const Organisation organisation{
      "Zorg & Indicatie <proef>", "Postbus 1, 1000 AA Hier", "Zorg & Indicatie", "Hier", "010 123 45 67",
      "fg@voorbeeld.example",     {"Telefoon 010 123 45 67"}};
  TRY_ASSIGN(const auto letters, LetterPress::load(ZP_SOURCE_DIR "/templates/letters", organisation));
  RenderOptions options;
  options.date = "2026-11-23";
  options.moment = "2026-11-23T09:30:00Z";
  options.signature_placeholder = task.sealed;
  if (task.sealed) {
    options.genuine_page = "https://post.voorbeeld.example/brief-controleren";
    options.genuine_code = "K7PM-3XRD-9FQH";
  }
  return letters->render(task.name, task.data, options);
}

Result<zp::crypto::SealKey> seal_of(const Task& task) {
  if (!task.token_uri.empty()) {
    std::ifstream file(task.seal_path);
    const std::string chain(std::istreambuf_iterator<char>(file), {});
    return zp::crypto::load_token_seal(chain, task.token_uri);
  }
  const auto pem = zp::crypto::SealKey::self_signed("Zegel van de proef", 30);
  if (!task.seal_path.empty()) std::ofstream(task.seal_path) << pem.chain;
  return zp::crypto::SealKey::load(pem.chain, pem.key);
}

Result<Bytes> press(const Task& task) {
  TRY_ASSIGN(Bytes pdf, render(task));
  if (!task.sealed) return pdf;
  TRY_ASSIGN(const auto key, seal_of(task));
  zp::gateway::KeysConfig config{};
  config.time_stamp_url = task.time_stamp_url;
  const zp::gateway::TimeStampClient stamps(config);
  return zp::templates::sign_pdf(std::move(pdf), [&](ByteView digest) -> Result<Bytes> {
    TRY_ASSIGN(Bytes cms, key.sign_digest(digest));
    if (!stamps.configured()) return cms;
    return zp::crypto::add_time_stamp(cms, [&](ByteView request) { return stamps.ask(request); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  std::ifstream in(argv[2]);
  Task task{.name = argv[1],
            .time_stamp_url = {},
            .seal_path = {},
            .token_uri = {},
            .data = nlohmann::json::parse(in),
            .sealed = argc > 4};
  if (argc > 6) {
    (std::string_view(argv[4]) == "--token" ? task.token_uri : task.time_stamp_url) = argv[5];
    task.seal_path = argv[6];
  }
  const auto pdf = press(task);
  if (!pdf) {
    std::cerr << pdf.error().message() << "\n";
    return 1;
  }
  std::ofstream(argv[3], std::ios::binary)
      .write(reinterpret_cast<const char*>(pdf->data()), static_cast<std::streamsize>(pdf->size()));
  return 0;
}
