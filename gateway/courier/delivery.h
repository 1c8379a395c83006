// gateway/courier/delivery.h - handing a mail to a server of its domain (RFC 5321), which has proved who it is, or to none.
//
// Nothing is said about the mail, not even for whom it is, before the server has proved itself. A server that is not reached or does not
// prove itself is passed over for the next of the route.
// Threads: free functions.
#ifndef GATEWAY_COURIER_DELIVERY_H_
#define GATEWAY_COURIER_DELIVERY_H_

#include "gateway/courier/route.h"
#include "gateway/ipc/courier_client.h"

namespace zp::gateway {

struct DeliveryOptions {
  std::string own_name;  // for EHLO
  std::string ca_file;   // PEM anchors for MTA-STS; empty: those of the system
  std::uint32_t port = 25;
};

/// At most five minutes. A line that broke after the last dot is kLater: the mail may come twice, with the same Message-ID.
Handover deliver(const Route& route, const CourierMail& mail, const DeliveryOptions& options);

/// Lines as they go over the wire: a dot before each dot that begins one, and the end (RFC 5321 section 4.5.2).
std::string dotted(std::string_view wire);

}  // namespace zp::gateway

#endif  // GATEWAY_COURIER_DELIVERY_H_
