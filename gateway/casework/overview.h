// gateway/casework/overview.h - what Zegelpost holds about one person: for AVG art. 15, 19 and 20.
//
// Casework::overview() compiles it out of every dossier about the person. Names of staff are not in it: who looked is told
// by function.
// Threads: values and free functions.
#ifndef GATEWAY_CASEWORK_OVERVIEW_H_
#define GATEWAY_CASEWORK_OVERVIEW_H_

#include <string>
#include <vector>

#include "gateway/store/types.h"

namespace zp::gateway {

class Vault;
class StoreReader;
struct Person;

/// `dossier` and every other dossier about a person of the same name and birth date. Without a birth date a name alone does
/// not say that it is the same person.
Result<std::vector<Id>> dossiers_about(const Vault& vault, StoreReader& store, const Id& dossier, const Person& person);

/// Overview::Item::what of a line of a dossier's history.
inline constexpr std::string_view kHistoryItem = "Wat er gebeurde";
/// Of a message that came in.
inline constexpr std::string_view kReceivedItem = "Ontvangen";

struct Overview {
  struct Item {
    std::string dossier;  // reference
    std::string what, when, detail;
    bool given = false;       // by the person or who speaks for the person: what AVG art. 20 is about
    std::string source = {};  // Dutch: from whom it came (AVG art. 15 lid 1 onder g)
  };
  /// Somebody else who got something about the person (AVG art. 15 lid 1 onder c, art. 19).
  struct Recipient {
    std::string dossier, name, what;
    std::string sent_on;  // YYYY-MM-DD
    std::string ground;   // by which law
    std::vector<std::string> address;
  };
  std::vector<std::string> dossiers;  // references
  std::vector<Id> ids;                // of the same
  std::vector<Item> data, documents, messages, looks;
  std::vector<Recipient> recipients;
};

/// All of it, or only what was given (AVG art. 20 lid 1). UTF-8, indented; docs/letters.md describes the members.
std::string overview_json(const Overview& overview, const std::string& organisation, const std::string& date,
                          bool given_only);
/// The same as one table: RFC 4180 with a head, semicolons between cells as Dutch spreadsheets expect, a byte order mark.
std::string overview_csv(const Overview& overview, bool given_only);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_OVERVIEW_H_
