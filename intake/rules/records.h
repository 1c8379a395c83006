// intake/rules/records.h - what staff put on record in a dossier, and what must be on record before a measure.
//
// Part of a request file (docs/rules.md): `records` say which entries there are, `demands` what must be on record, each
// with the sentence that asks for it, `measures` which demands stand before which letter and where the case goes then.
// A program never takes a measure: it says what is missing, and people decide.
// Threads: pure functions and values.
#ifndef INTAKE_RULES_RECORDS_H_
#define INTAKE_RULES_RECORDS_H_

#include "intake/rules/fields.h"

namespace zp::intake {

/// A kind of entry: a fact, a contact, a representation.
struct RecordRule {
  std::string name, title, about;  // "feit", "Feiten", what belongs here
  std::vector<FieldRule> fields;
  bool single = false;      // the newest entry is the one that holds: an organisation, a client
  bool by_program = false;  // nobody types it: a measure that was taken
  std::string ends;         // how people say that an entry ends ("Intrekken"); empty: entries don't end
  std::string until;        // the field with a last day that is known beforehand; may be empty
  std::string day;          // the field with the day on which it happened (date or moment); empty: it has none
  std::string refers;       // the field with the reference of another dossier, which hears of this one; may be empty
  /// "requester" or "client": its fields naam, geboortedatum, email, telefoon, adres are that person.
  std::string person;
  /// A term in hours that begins with an entry (AVG art. 33): the field with the moment, and the record whose entry ends it.
  int clock_hours = 0;
  std::string clock_from, clock_ended_by, clock_source;
};

/// Entries count only if they happened on or after the day of another: a talk says nothing of what was found later.
struct After {
  std::string record;  // empty: any day will do
  Condition where;
  bool newest = true;  // of several the last one; else the first
};

/// What must be on record: at least so many entries of a kind that hold these values.
struct Demand {
  std::string name, label;  // "meerdere-malen", "Meer dan een keer onzorgvuldig gebruik"
  std::string lacking;      // Dutch, for staff: what to put on record now
  std::string record;
  Condition where;
  int at_least = 1;
  std::string different;  // only entries that differ in this field count; empty: all do
  After after;
  std::string source, source_text;
};

/// Where a letter finds what it prints.
struct LetterSource {
  struct Part {
    std::string record;
    Condition where;
    std::string value;  // name of a field; empty: is there such an entry at all
    After after = {};
  };
  std::string field;                           // of the letter
  std::vector<Part> parts;                     // several: one below the other
  std::map<std::string, std::string> columns;  // of a table: column -> field; then there is one part
  bool every = false;                          // all entries, oldest first; else the newest
  bool fixed = false;                          // the record decides: nobody types something else into the letter
};

struct MeasureRule {
  std::string name, title, letter;  // "afsluiting-misbruik", ..., template in templates/letters
  std::vector<std::string> from;    // where the case may stand; empty: anywhere
  std::string to;                   // where it stands then; empty: it stays
  std::vector<std::string> demands;
  std::vector<std::string> settles;  // records of which no earlier entry counts any more once it was taken
  std::vector<LetterSource> fields;
  std::string source, source_text;
};

/// A letter that gives something about a client away, and who must have agreed.
struct ReleaseRule {
  std::string letter, purpose;              // "kopie-huisarts"; what the consent must cover
  std::string to;                           // as LetterInfo::written_to
  std::vector<std::string> own_roles;       // who asks in such a role needs nobody's consent: the client
  std::string by_representative;            // a representative with this in the scope needs none either; empty: does
  std::string lacking;                      // Dutch, for staff: what to put on record
  std::vector<std::string> proposed_after;  // letters: once one is sent, who consented to this one is proposed to staff
  std::string source, source_text;
};

/// Rules of one kind of dossier.
struct RecordBook {
  std::vector<RecordRule> records;
  std::vector<Demand> demands;
  std::vector<MeasureRule> measures;
  std::vector<ReleaseRule> releases;
  std::vector<std::pair<std::string, std::string>> stands;  // name, label; the first is where a case begins

  const RecordRule* record(std::string_view name) const noexcept;
  const Demand* demand(std::string_view name) const noexcept;
  const MeasureRule* measure(std::string_view name) const noexcept;
  const MeasureRule* measure_of_letter(std::string_view letter) const noexcept;
  std::string stand_label(std::string_view name) const;
};

/// The record in which measures that were taken stand, with the fields maatregel, dag and ingang.
inline constexpr std::string_view kTakenMeasures = "maatregel";

struct Entry {
  FieldValues fields;
  std::int64_t entered = 0;  // milliseconds since 1970: of two on one day, which was put on record first
};
/// Kind of entry -> entries that were not struck out, oldest first.
using Records = std::map<std::string, std::vector<Entry>>;

/// The measure that settled this entry, as it stands in the record of measures; nullptr: the entry still counts.
const Entry* settled_by(const RecordBook& book, const Records& records, const RecordRule& rule, const Entry& entry);
/// Entries that count now, oldest first: they hold these values, no measure settled them, and their day is late enough.
std::vector<const Entry*> that_count(const RecordBook& book, const Records& records, const std::string& record,
                                     const Condition& where, const After& after);
bool met(const RecordBook& book, const Demand& demand, const Records& records);
/// Where the case stands after the measures that were taken.
std::string stand_of(const RecordBook& book, const Records& records);

/// What stands between a measure and now.
struct Hindrance {
  std::string stand;  // the case stands here, and the measure does not begin here; empty: that is well
  std::vector<const Demand*> lacking;
  bool none() const noexcept { return stand.empty() && lacking.empty(); }
  /// Dutch, for staff: everything that is missing, in one text.
  std::string sentence(const RecordBook& book) const;
};
Hindrance hindrance(const RecordBook& book, const MeasureRule& measure, const Records& records);

}  // namespace zp::intake

#endif  // INTAKE_RULES_RECORDS_H_
