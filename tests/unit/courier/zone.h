// Name servers of a test: what they say, and whether DNSSEC vouches for it.
#ifndef TESTS_UNIT_COURIER_ZONE_H_
#define TESTS_UNIT_COURIER_ZONE_H_

#include <map>
#include <set>
#include <sstream>

#include "gateway/courier/dns.h"

namespace zp::gateway::test {

inline Bytes wire_name(const std::string& name) {
  Bytes wire;
  std::istringstream labels(name);
  for (std::string label; std::getline(labels, label, '.');) {
    wire.push_back(static_cast<std::uint8_t>(label.size()));
    wire.insert(wire.end(), label.begin(), label.end());
  }
  wire.push_back(0);
  return wire;
}

inline Bytes mx(std::uint8_t preference, const std::string& host) {
  Bytes wire = {0, preference};
  const Bytes name = wire_name(host);
  wire.insert(wire.end(), name.begin(), name.end());
  return wire;
}

/// In strings of at most 200 characters.
inline Bytes txt(const std::string& text) {
  Bytes wire;
  for (std::size_t at = 0; at < text.size(); at += 200) {
    const std::string piece = text.substr(at, 200);
    wire.push_back(static_cast<std::uint8_t>(piece.size()));
    wire.insert(wire.end(), piece.begin(), piece.end());
  }
  return wire;
}

inline Bytes tlsa(std::uint8_t usage, std::uint8_t selector = 1, std::uint8_t matching = 1, std::size_t size = 32) {
  Bytes wire = {usage, selector, matching};
  wire.insert(wire.end(), size, 0xab);
  return wire;
}

class Zone : public Dns {
 public:
  Result<Answer> ask(const std::string& name, RecordType type) const override {
    asked.insert(name);
    if (silent.contains(name)) return fail(Code::kUnavailable, "ask");
    Answer answer{trust_of(name), {}, name};
    if (const auto found = records.find({name, type}); found != records.end()) answer.records = found->second;
    if (answer.trust == Trust::kBogus) answer.records.clear();
    return answer;
  }
  Trust trust_of(const std::string& name) const {
    const auto found = trust.find(name);
    return found == trust.end() ? otherwise : found->second;
  }
  void add(const std::string& name, RecordType type, Bytes record) {
    records[{name, type}].push_back(std::move(record));
  }

  std::map<std::pair<std::string, RecordType>, std::vector<Bytes>> records;
  std::map<std::string, Trust> trust;
  Trust otherwise = Trust::kSecure;
  std::set<std::string> silent;
  mutable std::set<std::string> asked;
};

}  // namespace zp::gateway::test

#endif  // TESTS_UNIT_COURIER_ZONE_H_
