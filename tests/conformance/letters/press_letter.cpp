// press_letter NAME DATA.json OUTPUT.pdf [--signed]: what the worker does with a letter, for the checks in
// Python.
#include <fstream>
#include <iostream>

#include "crypto/cms.h"
#include "templates/letter/letter.h"

namespace {

zp::Result<zp::Bytes> press(const std::string& name, const nlohmann::json& data, bool sealed) {
  using namespace zp::templates;
  const Organisation organisation{
      "Zorg & Indicatie <proef>", "Postbus 1, 1000 AA Hier", "Zorg & Indicatie", "Hier", "010 123 45 67",
      "fg@voorbeeld.example",     {"Telefoon 010 123 45 67"}};
  TRY_ASSIGN(const auto letters, LetterPress::load(ZP_SOURCE_DIR "/templates/letters", organisation));
  TRY_ASSIGN(
      zp::Bytes pdf,
      letters->render(
          name, data,
          {.date = "2026-11-23", .reference = {}, .signature_placeholder = sealed, .moment = "2026-11-23T09:30:00Z"}));
  if (!sealed) return pdf;
  const auto pem = zp::crypto::SealKey::self_signed("Zegel van de proef", 30);
  TRY_ASSIGN(const auto key, zp::crypto::SealKey::load(pem.chain, pem.key));
  return sign_pdf(std::move(pdf), [&](zp::ByteView digest) { return key.sign_digest(digest); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  std::ifstream in(argv[2]);
  const auto pdf = press(argv[1], nlohmann::json::parse(in), argc > 4);
  if (!pdf) {
    std::cerr << pdf.error().message() << "\n";
    return 1;
  }
  std::ofstream(argv[3], std::ios::binary)
      .write(reinterpret_cast<const char*>(pdf->data()), static_cast<std::streamsize>(pdf->size()));
  return 0;
}
