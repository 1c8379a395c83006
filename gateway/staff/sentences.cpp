#include "gateway/staff/sentences.h"

#include <map>

#include "gateway/casework/flow.h"

namespace zp::gateway {
namespace {

std::string lookup(const std::map<std::string_view, std::string_view>& words, std::string_view key) {
  const auto found = words.find(key);
  return std::string(found == words.end() ? key : found->second);
}

}  // namespace

std::string sentence_for(const Error& error) {
  // A rule's reason is ours and says what to do; everything else gets a sentence of its kind.
  const std::string reason = error.subject.empty() ? "" : " (" + error.subject + ")";
  switch (error.code) {
    case Code::kDenied:
      return "Dit mag u niet met uw functie of dit doel. De poging staat in het logboek. Kies een ander doel, of vraag "
             "een collega die het wel mag.";
    case Code::kRefused:
      // Some rules answer in whole sentences.
      return error.subject.ends_with('.') ? "Dit kan nu niet. " + error.subject : "Dit kan nu niet" + reason + ".";
    case Code::kConflict:
      return "Een collega heeft dit intussen gewijzigd. Uw wijziging is niet opgeslagen: kijk hoe het nu is, en doe "
             "het zo "
             "nodig opnieuw.";
    case Code::kNotFound:
      return "Dit is er niet (meer). Misschien is het dossier vernietigd of het bericht ingetrokken.";
    case Code::kTampered:
      return "De opgeslagen gegevens kloppen niet met hun zegel. Verander niets en waarschuw de beheerder en de FG.";
    case Code::kNoSpace:
      return "De schijf is vol: er is niets opgeslagen. Waarschuw de beheerder en probeer het daarna opnieuw.";
    case Code::kUnavailable:
    case Code::kTimeout:
      return "Een onderdeel antwoordt niet. Probeer het over een minuut opnieuw; blijft het zo, waarschuw dan de "
             "beheerder.";
    default:
      return "Dit ging niet goed" + reason + ". Er is niets gewijzigd. Ga terug en probeer het opnieuw.";
  }
}

std::string sentence_for_status(int status) {
  if (status == 404) return "Deze pagina bestaat niet. Ga naar de werkvoorraad.";
  if (status == 405) return "Dit kan hier niet. Ga terug en probeer het opnieuw.";
  if (status == 413) return "Dit is te groot om te verwerken. Maak het korter en probeer het opnieuw.";
  return "Dit ging niet goed. Ga terug en probeer het opnieuw.";
}

std::string malware_sentence(std::string_view verdict) {
  return lookup({{"pending", "nog niet gescand"},
                 {"clean", "geen malware"},
                 {"infected", "malware gevonden"},
                 {"not-scannable", "niet te scannen"},
                 {"scanner-down", "scanner werkte niet"},
                 {"released", "vrijgegeven door een medewerker"}},
                verdict);
}

std::string letter_state(std::string_view state) {
  return lookup({{"draft", "concept"},
                 {"proposed", "wacht op goedkeuring"},
                 {"approved", "goedgekeurd"},
                 {"sent", "verstuurd"},
                 {"withdrawn", "ingetrokken"}},
                state);
}

std::string message_state(std::string_view state) {
  return lookup({{"queued", "wordt klaargezet"},
                 {"published", "staat klaar"},
                 {"notified", "melding gestuurd"},
                 {"sent", "verstuurd"},
                 {"read", "gelezen"},
                 {"expired", "verlopen"},
                 {"recalled", "ingetrokken"},
                 {"undeliverable", "niet bezorgd"},
                 {"printed", "bij de post"}},
                state);
}

std::string action_sentence(std::string_view action) {
  if (const ActRule* const rule = rule_named(action)) return std::string(rule->label);
  return lookup({{"staff.log-in", "Inloggen"},
                 {"staff.log-out", "Uitloggen"},
                 {"object.check", "Opslag controleren"},
                 {"instance.init", "Inrichten"},
                 {"keys.rotate", "Nieuwe sleutels van de zone in gebruik nemen"},
                 {"keys.rewrapped", "Alles staat onder de nieuwe sleutels, de vorige is weg"},
                 {"keys.reseal", "Sleutels van dossiers opnieuw verzegelen"},
                 {"keys.recover", "Herstellen met de herstelsleutel"},
                 {"keys.retire", "Vroegere sleutel vernietigen"}},
                action);
}

std::string job_sentence(std::string_view kind) {
  return lookup({{"inspect", "Document controleren"},
                 {"rescan", "Opnieuw op virussen controleren"},
                 {"evaluate", "Dossier toetsen"},
                 {"status", "Stand tonen aan de afzender"},
                 {"receipt", "Ontvangstbewijs maken"},
                 {"receipt-mail", "Ontvangstbewijs mailen"},
                 {"receipt-returned", "Teruggekomen ontvangstbewijs verwerken"},
                 {"publish", "Bericht klaarzetten"},
                 {"notify", "Melding sturen"},
                 {"remind", "Aan het bericht herinneren"},
                 {"undeliverable", "Vastleggen dat een bericht niet aankwam"},
                 {"print", "Brief voor de post klaarzetten"},
                 {"remove-object", "Bestand verwijderen"},
                 {"access", "Toegang verplaatsen"},
                 {"mail", "Brief mailen"},
                 {"direct-mail", "Brief rechtstreeks mailen"},
                 {"unopened", "Andere weg zoeken voor een brief"},
                 {"returned", "Teruggekomen brief opnieuw versturen"},
                 {"rewrap", "Dossiersleutels vervangen"},
                 {"reseal", "Berichten in de mailbox bijwerken"},
                 {"code-sms", "Toegangscode per sms sturen"},
                 {"hand-over", "Overdragen aan het zaaksysteem"}},
                kind);
}

std::string outcome_sentence(std::string_view outcome) {
  return lookup({{"ok", "gelukt"}, {"denied", "geweigerd"}, {"failed", "mislukt"}}, outcome);
}

}  // namespace zp::gateway
