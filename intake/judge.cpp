#include "intake/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "intake/text.h"

namespace zp::intake {
namespace {

using namespace std::string_view_literals;

/// What a hazard means: for the verdict, and in words. Codes of messages are the hazards' names.
struct HazardMeaning {
  std::string_view hazard;
  Verdict verdict;
  std::string_view nl, en;
};

constexpr std::array kHazards = {
    HazardMeaning{"crash"sv, Verdict::kRejected,
                  "Wij kunnen dit document niet openen. Maak een nieuwe scan of foto en stuur die."sv,
                  "The inspection of this document crashed."sv},
    HazardMeaning{"timeout"sv, Verdict::kRejected,
                  "Het bekijken van dit document duurt te lang. Maak een nieuwe scan of foto en stuur die."sv,
                  "The inspection of this document took longer than its budget."sv},
    HazardMeaning{"image-bomb"sv, Verdict::kRejected,
                  "De afbeelding is te groot. Maak een gewone foto of scan en stuur die."sv,
                  "A picture has more pixels than may be decoded."sv},
    HazardMeaning{"decompression-bomb"sv, Verdict::kRejected,
                  "Het document wordt te groot als wij het openen. Maak een nieuwe scan of foto en stuur die."sv,
                  "The document unpacks to more than may be read."sv},
    HazardMeaning{"empty"sv, Verdict::kRejected, "Dit bestand is leeg. Stuur het nog een keer."sv,
                  "The file has no bytes."sv},
    HazardMeaning{"needs-password"sv, Verdict::kRejected,
                  "Dit document heeft een wachtwoord. Stuur een document zonder wachtwoord."sv,
                  "The document opens only with a password."sv},
    HazardMeaning{"unknown-type"sv, Verdict::kRejected,
                  "Wij kunnen dit soort bestand niet openen. Stuur een PDF of een foto."sv,
                  "The type of this file is not one that can be inspected."sv},
    HazardMeaning{
        "unreadable"sv, Verdict::kRejected,
        "Wij kunnen dit document niet openen: het is beschadigd. Maak een nieuwe scan of foto en stuur die."sv,
        "Nothing could be made of the document."sv},
    HazardMeaning{"executable"sv, Verdict::kRejected,
                  "Dit is een programma en geen document. Stuur een PDF of een foto."sv, "The file is a program."sv},
    HazardMeaning{"launch-action"sv, Verdict::kRejected,
                  "Het document probeert een programma te starten. Maak een nieuwe scan of foto en stuur die."sv,
                  "The document starts a program."sv},
    HazardMeaning{"not-inspected"sv, Verdict::kDoubtful,
                  "Wij hebben dit document nog niet kunnen bekijken: het was te druk. U hoeft niets te doen. Een "
                  "medewerker kijkt ernaar."sv,
                  "The machine gave the inspection too little processor time; nothing is said of the document."sv},
    HazardMeaning{"malformed"sv, Verdict::kDoubtful,
                  "Het document is beschadigd. Een medewerker kijkt of het te lezen is."sv,
                  "The document does not follow its format; it was repaired for reading."sv},
    HazardMeaning{"javascript"sv, Verdict::kDoubtful,
                  "Er zit een programmaatje in het document. Een medewerker kijkt ernaar."sv,
                  "The document contains JavaScript."sv},
    HazardMeaning{"embedded-file"sv, Verdict::kDoubtful,
                  "Er zitten andere bestanden in het document. Een medewerker kijkt ernaar."sv,
                  "The document carries embedded files."sv},
    HazardMeaning{
        "xfa"sv, Verdict::kDoubtful,
        "Dit formulier ziet er op elke computer anders uit. Druk het af, maak er een scan van en stuur die."sv,
        "The document is an XFA form: what a person sees depends on the program."sv},
    HazardMeaning{"rich-media"sv, Verdict::kDoubtful,
                  "Er zit film of geluid in het document. Een medewerker kijkt ernaar."sv,
                  "The document contains rich media."sv},
    HazardMeaning{"external-action"sv, Verdict::kDoubtful,
                  "Het document verwijst naar andere bestanden of verstuurt gegevens. Een medewerker kijkt ernaar."sv,
                  "The document has actions that reach outside it (remote go-to, import, submit)."sv},
    HazardMeaning{"too-many-pages"sv, Verdict::kDoubtful,
                  "Het document heeft veel pagina's. Een medewerker bekijkt ze."sv, "Not all pages were inspected."sv},
    HazardMeaning{"too-many-attachments"sv, Verdict::kDoubtful,
                  "Het document heeft veel bijlagen. Een medewerker bekijkt de rest."sv,
                  "Not all attachments were inspected."sv},
    HazardMeaning{"not-scannable"sv, Verdict::kDoubtful,
                  "Een deel van het bestand is verpakt. Een medewerker kijkt ernaar."sv,
                  "Packed content that is not opened."sv},
    HazardMeaning{"packed-files"sv, Verdict::kDoubtful,
                  "Dit is een pakket met andere bestanden. Een medewerker kijkt ernaar."sv,
                  "The file is an archive; what it holds was inspected."sv},
    HazardMeaning{"hidden-archive"sv, Verdict::kDoubtful,
                  "In dit bestand zit ook een pakket met andere bestanden. Een medewerker kijkt ernaar."sv,
                  "The file is an archive to other programs; what that holds was not inspected."sv},
    HazardMeaning{"office-document"sv, Verdict::kDoubtful,
                  "Dit document kan er op elke computer anders uitzien. Een medewerker kijkt ernaar."sv,
                  "An office document: its words were read, a person must look at it."sv},
    HazardMeaning{"web-page"sv, Verdict::kDoubtful,
                  "Dit is een webpagina of een bestand voor programma's. Een medewerker kijkt ernaar."sv,
                  "HTML, SVG or XML: its words were read, a person must look at it."sv},
    HazardMeaning{"detached-signature"sv, Verdict::kDoubtful,
                  "Dit is een digitale handtekening bij een ander bestand. Een medewerker kijkt ernaar."sv,
                  "The file is a signature over another file."sv},
    HazardMeaning{"macros"sv, Verdict::kDoubtful,
                  "Er zit een programmaatje in het document. Een medewerker kijkt ernaar."sv,
                  "The office document contains macros."sv},
    HazardMeaning{"page-unreadable"sv, Verdict::kDoubtful,
                  "Wij kunnen een bladzijde niet lezen. Een medewerker kijkt ernaar."sv,
                  "A page could not be rendered."sv},
};

class Judge {
 public:
  Judge(Findings& findings, std::string_view as_of) : findings_(findings), as_of_(as_of) {}

  void run() {
    findings_.messages.clear();
    findings_.verdict = Verdict::kUsable;
    judge_hazards();
    for (const DigitalSignature& signature : findings_.digital_signatures) judge_digital(signature);
    judge_pages();
    judge_identity();
    judge_attachments();
  }

 private:
  bool has_hazard(std::string_view hazard) const {
    return std::ranges::find(findings_.hazards, hazard) != findings_.hazards.end();
  }

  void tell(std::string_view code, std::string nl, std::string en) {
    findings_.messages.push_back({std::string(code), std::move(nl), std::move(en)});
  }

  void say(Verdict at_least, std::string_view code, std::string_view nl, std::string_view en) {
    findings_.verdict = std::max(findings_.verdict, at_least);
    tell(code, std::string(nl), std::string(en));
  }

  /// What is said of several pages is said once. `nl` and `en` have {} where the pages are named.
  struct AboutPages {
    std::string_view code;
    std::string nl, en;
    std::vector<int> pages;
  };

  void tell_of(const PageFindings& page, std::string_view code, std::string nl, std::string en) {
    const auto known =
        std::ranges::find_if(about_pages_, [&](const auto& one) { return one.code == code && one.nl == nl; });
    if (known == about_pages_.end())
      about_pages_.push_back({code, std::move(nl), std::move(en), {page.number}});
    else
      known->pages.push_back(page.number);
  }

  void tell_about_pages() {
    for (const AboutPages& one : about_pages_)
      tell(one.code, fmt::format(fmt::runtime(one.nl), "pagina " + listed_numbers(one.pages, " tot en met ", " en ")),
           fmt::format(fmt::runtime(one.en),
                       (one.pages.size() > 1 ? "pages " : "page ") + listed_numbers(one.pages, " to ", " and ")));
  }

  // Where nobody can open a document, nobody is promised to look at it.
  void judge_hazards() {
    for (const HazardMeaning& meaning : kHazards) {
      if (findings_.verdict == Verdict::kRejected && meaning.verdict != Verdict::kRejected) return;
      if (!has_hazard(meaning.hazard)) continue;
      const std::string seen = meaning.hazard == "too-many-pages" ? pages_looked_at() : "";
      say(meaning.verdict, meaning.hazard, seen.empty() ? meaning.nl : seen, meaning.en);
    }
  }

  std::string pages_looked_at() const {
    std::vector<int> numbers;
    for (const PageFindings& page : findings_.pages)
      if (page.looked_at) numbers.push_back(page.number);
    if (numbers.empty()) return {};
    return fmt::format(
        "Het document heeft veel pagina's. Wij hebben pagina {} bekeken. Een medewerker bekijkt de rest.",
        listed_numbers(numbers, " tot en met ", " en "));
  }

  void judge_digital(const DigitalSignature& signature) {
    if (signature.integrity == "broken") {
      say(Verdict::kUnusable, "digital-signature-broken",
          "De digitale handtekening klopt niet: het document is veranderd. Onderteken het opnieuw en stuur het.",
          "A digital signature does not fit the document.");
    } else if (signature.coverage == "extended-disallowed") {
      say(Verdict::kDoubtful, "digital-signature-changed-after",
          "Het document is veranderd na de digitale handtekening. Een medewerker kijkt ernaar.",
          "The document was changed after signing in a way the signature does not allow.");
    } else if (signature.coverage == "partial") {
      say(Verdict::kDoubtful, "digital-signature-partial",
          "De digitale handtekening geldt niet voor het hele document. Een medewerker kijkt ernaar.",
          "A digital signature covers a part of the document only.");
    } else if (signature.chain == "revoked") {
      say(Verdict::kDoubtful, "digital-signature-revoked",
          "Het certificaat van de digitale handtekening is ingetrokken. Een medewerker kijkt ernaar.",
          "The certificate of a digital signature was revoked.");
    } else if (signature.integrity == "ok" && signature.uses_old_technique()) {
      say(Verdict::kDoubtful, "digital-signature-weak",
          "De digitale handtekening gebruikt verouderde techniek. Een medewerker kijkt ernaar.",
          "A digital signature uses a digest or key that is too weak.");
    } else if (signature.integrity == "ok") {
      tell("digital-signature-found", "Wij zien een digitale handtekening.", "A digital signature holds.");
    } else {
      say(Verdict::kDoubtful, "digital-signature-unknown",
          "Wij kunnen de digitale handtekening niet controleren. Een medewerker kijkt ernaar.",
          "A digital signature could not be checked.");
    }
  }

  void judge_pages() {
    std::size_t blank = 0, blurred = 0;
    for (const PageFindings& page : findings_.pages) {
      blank += page.blank;
      blurred += !page.blank && !page.sharp;
    }
    const std::size_t all = findings_.pages.size();
    if (all > 0 && blank == all) {
      say(Verdict::kUnusable, "blank", "Wij zien niets op het papier. Maak een nieuwe scan of foto.",
          "Every page is blank.");
      return;
    }
    if (all > 0 && blurred > 0 && blank + blurred == all)
      findings_.verdict = std::max(findings_.verdict, Verdict::kUnusable);
    for (const PageFindings& page : findings_.pages) judge_page(page);
    tell_about_pages();
  }

  bool is_picture() const { return findings_.type.starts_with("image/"); }

  void judge_page(const PageFindings& page) {
    if (!page.sharp && !page.blank) {
      findings_.verdict = std::max(findings_.verdict, Verdict::kDoubtful);
      tell_of(page, "blurred",
              is_picture() ? "De foto is onscherp: maak hem opnieuw. Zorg voor veel licht en houd de telefoon stil."
                           : "Op {} is de tekst onscherp: maak er een nieuwe scan of foto van.",
              "Blurred: {}.");
    }
    if (page.upside_down) {  // a person who looks sees it upright
      tell_of(page, "upside-down",
              "Op {} stond de tekst op de kop. Wij hebben dat gedraaid. Scan of fotografeer de volgende keer met de "
              "bovenkant naar boven.",
              "Upside down, and shown turned: {}.");
    }
    judge_signatures(page);
  }

  void judge_signatures(const PageFindings& page) {
    const auto sure = [](const HandwrittenSignature& one) { return one.confidence >= kSureSignature; };
    const auto is = [](std::string_view state) {
      return [state](const SignatureField& field) { return field.state == state; };
    };
    if (std::ranges::any_of(page.handwritten_signatures, sure)) {
      tell_of(page, "signature-found", signature_words(page), "Handwritten signature on {}.");
      tell_images(page, sure);
    } else if (std::ranges::any_of(page.signature_fields, is("doubtful"))) {
      tell_of(page, "signature-field-doubtful", "Op {} kijkt een medewerker of u uw handtekening hebt gezet.",
              "Something that may not be a signature stands in a signature field on {}.");
    } else if (!page.empty_signature_fields.empty()) {
      tell_of(page, "signature-field-empty", "Op {} is de plaats voor de handtekening nog leeg.",
              "Empty signature field on {}.");
    }
  }

  template <typename IsSure>
  void tell_images(const PageFindings& page, const IsSure& sure) {
    const bool image = std::ranges::any_of(page.handwritten_signatures, [&](const HandwrittenSignature& one) {
      return sure(one) && one.origin == "image";
    });
    if (!image) return;
    tell_of(page, "signature-is-image", "De handtekening op {} is met de computer gezet, niet met pen op papier.",
            "The signature on {} is a picture, an annotation or a drawing in the file.");
  }

  // What a court or an authority made is not signed by the sender.
  bool is_of_others() const { return findings_.kind == "court-order" || findings_.kind == "decision"; }

  std::string signature_words(const PageFindings& page) const {
    if (is_of_others()) return "Wij zien een handtekening op {}.";
    const auto field = std::ranges::find(page.signature_fields, "signed", &SignatureField::state);
    const bool choice = page.signature_fields.size() > 1;  // with one field the sender knows whose it is
    if (!choice || field == page.signature_fields.end() || field->whose.empty())
      return "Wij zien uw handtekening op {}.";
    return fmt::format("Wij zien op {{}} een handtekening in het vak van {}.", dutch_signer(field->whose));
  }

  void judge_identity() {
    if (!findings_.identity_document) return;
    std::vector<const IdentityDocument*> all = {&*findings_.identity_document};
    for (const IdentityDocument& other : findings_.other_identity_documents) all.push_back(&other);
    const auto any = [&](const auto& has) {
      return std::ranges::any_of(all, [&](const auto* one) { return has(*one); });
    };
    if (all.size() == 1)
      tell("identity-document-found", "Wij zien een identiteitsbewijs.", "An identity document was found.");
    else
      tell("identity-document-found", fmt::format("Wij zien {} identiteitsbewijzen.", all.size()),
           fmt::format("{} identity documents were found.", all.size()));
    if (any([](const IdentityDocument& one) { return one.photo_box || !one.bsn_boxes.empty(); })) {
      tell("identity-document-unmasked", "Uw pasfoto of burgerservicenummer (BSN) is te zien. Die mag u afdekken.",
           "Photo or BSN is visible; the sender may cover them.");
    }
    judge_copies(any);
    if (any([](const IdentityDocument& one) { return one.mrz && !one.mrz->checks_ok; })) {
      say(Verdict::kDoubtful, "identity-document-unclear",
          "Wij kunnen de onderste regels van het identiteitsbewijs niet goed lezen. Maak een scherpe foto van het hele "
          "document.",
          "The check digits of the machine-readable zone do not fit.");
    }
    if (any([&](const IdentityDocument& one) { return has_expired(one); })) {
      say(Verdict::kDoubtful, "identity-document-expired",
          all.size() == 1 ? "Het identiteitsbewijs is verlopen. Stuur een geldig identiteitsbewijs."
                          : "Een van de identiteitsbewijzen is verlopen. Stuur een geldig identiteitsbewijs.",
          "The identity document had expired on the day of receipt.");
    }
  }

  // Dates of a zone whose check digits fail are not believed.
  bool has_expired(const IdentityDocument& document) const {
    return !as_of_.empty() && !document.expires_on().empty() && document.expires_on() < as_of_;
  }

  // What a person with a phone can do better. Judged by a program, so it makes a copy doubtful, never unusable.
  void judge_copies(const auto& any) {
    const auto falls_short = [&](std::string_view how) {
      return any([&](const IdentityDocument& one) {
        return std::ranges::find(one.shortcomings, how) != one.shortcomings.end();
      });
    };
    if (falls_short("cut-off")) {
      say(Verdict::kDoubtful, "identity-document-cut-off",
          "Wij zien niet het hele identiteitsbewijs. Leg het op een donkere tafel en maak een foto waar alle hoeken op "
          "staan.",
          "A corner of the identity document lies outside the picture.");
    }
    if (falls_short("glare")) {
      say(Verdict::kDoubtful, "identity-document-glare",
          "Er schijnt licht op het identiteitsbewijs. Zet de flitser uit en houd de telefoon een beetje schuin.",
          "A reflection covers a part of the identity document.");
    }
    if (any([](const IdentityDocument& one) { return one.mrz && one.mrz->corrected; })) {
      tell("identity-document-corrected",
           "Een teken in de onderste regels was niet goed te lezen. Wij konden het aanvullen.",
           "A character of the machine-readable zone was mended with the help of its check digits.");
    }
  }

  void judge_attachments() {
    bool all_usable = true;
    for (Findings& attachment : findings_.attachments) {
      judge(attachment, as_of_);
      all_usable = all_usable && attachment.verdict == Verdict::kUsable;
    }
    if (all_usable) return;
    say(Verdict::kDoubtful, "attachment-doubtful",
        "Met een bijlage in dit document is iets mis. Een medewerker kijkt ernaar.",
        "An attachment is not plainly usable.");
  }

  Findings& findings_;
  std::string_view as_of_;
  std::vector<AboutPages> about_pages_;
};

}  // namespace

void judge(Findings& findings, std::string_view as_of) { Judge(findings, as_of).run(); }

Findings failed_inspection(std::string hazard) {
  Findings findings;
  findings.type = "application/octet-stream";
  findings.hazards = {std::move(hazard)};
  judge(findings);
  return findings;
}

}  // namespace zp::intake
