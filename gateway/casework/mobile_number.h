// gateway/casework/mobile_number.h - numbers to which a text message with an access code can go. Threads: free functions.
#ifndef GATEWAY_CASEWORK_MOBILE_NUMBER_H_
#define GATEWAY_CASEWORK_MOBILE_NUMBER_H_

#include <string>
#include <string_view>

namespace zp::gateway {

/// "+31612345678" for a number as people write it ("06 - 12 34 56 78", "0031 6...", "+32 ..."; ITU-T E.164); empty if no text message
/// can go there. Of Dutch numbers only those that begin with 06.
std::string mobile_number(std::string_view typed);
/// The last two digits, by which people know their own number.
std::string last_digits(std::string_view number);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_MOBILE_NUMBER_H_
