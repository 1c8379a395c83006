// gateway/courier/nta_record.h - the TXT record by which a domain says that it works to NTA 7516 (technical agreement of the suppliers).
//
// "v=NTA7516-1;startdate=YYYY-MM;enddate=YYYY-MM;provider=NAME;ntamx=PRIORITY HOST[;ntamx=...]": good from the first day of the one
// month to the last of the other; without ntamx the MX records count.
#ifndef GATEWAY_COURIER_NTA_RECORD_H_
#define GATEWAY_COURIER_NTA_RECORD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/courier/dns.h"

namespace zp::gateway {

struct NtaRecord {
  std::string start, end;  // YYYY-MM
  std::string provider;
  std::vector<MxRecord> servers;  // lowest preference first; empty: the MX records
  /// `today`: YYYY-MM-DD.
  bool holds_on(std::string_view today) const { return today.substr(0, 7) >= start && today.substr(0, 7) <= end; }
};

/// Nothing when it is no such record, or one that says something else than the agreement has.
std::optional<NtaRecord> parse_nta(std::string_view untrusted_text);

}  // namespace zp::gateway

#endif  // GATEWAY_COURIER_NTA_RECORD_H_
