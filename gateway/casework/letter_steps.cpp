#include "gateway/casework/letter_steps.h"

#include <algorithm>

#include "gateway/process/process.h"

namespace zp::gateway {

Result<const templates::LetterInfo*> info_of(const Office& office, const std::string& name) {
  const auto& letters = office.letters.letters();
  const auto found = std::ranges::find(letters, name, &templates::LetterInfo::name);
  if (found == letters.end()) return fail(Code::kNotFound, "find letter", name);
  return &*found;
}

Result<Letter> letter_row(const Office& office, const Id& id) {
  Letter letter;
  TRY_DO(office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(letter, store.letter(id));
    return {};
  }));
  return letter;
}

Result<Letter> letter_in(StoreReader& store, const Id& id, std::initializer_list<std::string_view> states) {
  TRY_ASSIGN(auto letter, store.letter(id));
  if (std::ranges::find(states, letter.state) == states.end())
    return fail(Code::kRefused, "change letter", letter.state);
  return letter;
}

Result<Bytes> draw(const Office& office, const Letter& letter, const LetterData& data, const std::string& reference) {
  const std::string date = data.date.empty() ? local_date(office.now()) : data.date;
  return office.letters.render(letter.name, data.fields,
                               {.date = date,
                                .reference = reference,
                                .wording = data.wording,
                                .genuine_page = genuine_page(office.config),
                                .genuine_code = data.genuine_code});
}

std::string genuine_page(const Config& config) { return config.public_door.base_url + "/brief-controleren"; }

bool must_be_approved(const templates::LetterInfo& info, const LetterData& data) {
  return info.needs_approval || !data.wording.empty();
}

void note_change(const Office& office, const Actor& actor, Letter& letter, LetterData& data, LetterChange change) {
  letter.author = actor.user;
  letter.changed = change.time = office.now();
  change.who = actor.name;
  data.changes.push_back(std::move(change));
}

void remember(const Office& office, const Actor& actor, OpenDossier& open, std::string what) {
  open.profile.history.push_back({office.now(), actor.name, std::move(what)});
}

}  // namespace zp::gateway
