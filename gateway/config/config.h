// gateway/config/config.h - the one configuration file (YAML), read by every process.
//
// keys.def is the only list of keys: name, type, default, unit, meaning. The parser, this struct's defaults,
// docs/configuration.md and samples/demo/zegelpost.yaml follow it. Unknown keys, wrong types and values out of range
// are refused with file and line. Relative paths are taken from the folder of the configuration file.
// Threads: a loaded Config is not changed. Secrets: none in the file; password files are named.
#ifndef GATEWAY_CONFIG_CONFIG_H_
#define GATEWAY_CONFIG_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/result.h"

namespace zp::gateway {

struct OrganisationConfig {
  std::string name, return_address, footer, place, telephone, fg_email, digital_channel;
  std::vector<std::string> contact_lines;
};

struct PublicConfig {
  std::string listen;            // "127.0.0.1:8443"
  std::string certificate, key;  // PEM files; both empty: plain HTTP, for behind nginx only
  std::string base_url;          // "https://post.example.nl", no slash at the end
  std::uint64_t max_file_bytes, max_submission_bytes, inspect_bytes;
  std::uint32_t max_files, upload_expiry_hours, max_connections, head_seconds, body_min_bytes_per_second;
};

struct StaffConfig {
  std::string listen, certificate, key, base_url;
  std::uint32_t session_minutes, lock_after_failures, lock_minutes;
};

/// What is complete goes to the authority's case system.
struct HandOverConfig {
  std::string folder, key;
  bool configured() const noexcept { return !folder.empty() && !key.empty(); }
};

struct MailConfig {
  std::string lmtp_listen;              // "127.0.0.1:8024"
  std::vector<std::string> recipients;  // addresses that are ours; plus-addresses of these too
  std::uint64_t max_message_bytes;
  std::vector<std::string> authentication_servers;  // whose Authentication-Results are evidence (RFC 8601)
};

struct ScannerConfig {
  std::string folder;  // empty: no scanner
  std::uint32_t settle_seconds, silence_hours;
  std::uint64_t max_file_bytes;
};

struct SmtpConfig {
  std::string host;  // empty: no mail goes out
  std::uint32_t port;
  std::string security;  // "starttls" | "tls" | "none" (loopback only)
  std::string user, password_file, ca_file;
  std::string from;                     // "post@example.nl"
  std::string dkim_selector, dkim_key;  // both empty: the MTA signs
  std::uint32_t connections, connections_per_domain, give_up_days;
};

/// A provider that sends text messages, for access codes.
struct SmsConfig {
  std::string url;  // empty: no text messages
  std::string body, authorization_file, ca_file;
  bool configured() const noexcept { return !url.empty(); }
};

/// What becomes of messages that come back or lie unopened (Awb art. 2:10, notice duty).
struct NoticeConfig {
  std::uint32_t resend_hours, resends, remind_days, other_way_days;
};

/// Straight to the mail servers of others.
struct CourierConfig {
  std::string trust_anchor;         // DNSSEC; empty: no courier
  std::string resolver;             // "127.0.0.1@53"; empty: the name servers themselves, from the root down
  std::vector<std::string> accept;  // of nta, dane, mta-sts; empty: all
  std::string hostname;             // for EHLO; empty: the domain of smtp.from
  std::uint32_t port;
  std::string ca_file;
  std::string nta_header;  // "Name: value"; empty: none
  bool configured() const noexcept { return !trust_anchor.empty(); }
};

struct KeysConfig {
  std::string zone_fingerprint;
  std::vector<std::string> recovery_fingerprints;
  std::string seal_certificate, seal_key;  // PEM, or the key in a token: the organisation's seal on PDFs
  std::string mail_certificate, mail_key;  // PEM: mail is signed with it; both empty: the seal's
  std::string time_stamp_url;              // RFC 3161 server; may be empty
  std::string time_stamp_ca;               // PEM anchors for its certificate; may be empty
  std::string trust_anchors;               // PEM bundle for signatures of others; may be empty
  std::string mail_anchors;                // PEM bundle for recipients' S/MIME certificates; empty: trust_anchors
  std::string sender_keys;                 // GnuPG home with public keys of senders; may be empty

  const std::string& certificate_for_mail() const { return mail_key.empty() ? seal_certificate : mail_certificate; }
  const std::string& key_for_mail() const { return mail_key.empty() ? seal_key : mail_key; }
};

struct CellsConfig {
  std::uint32_t warm, at_once, memory_megabytes, cpu_seconds, wall_seconds;
};

/// Names of users of this machine; empty: whoever starts Zegelpost.
struct UsersConfig {
  std::string inner, public_door, mail, keymaker, broker;
  std::string group;
};

struct LimitsConfig {
  std::uint64_t disk_reserve_bytes;
  std::uint32_t job_attempts, invitation_hours, told_code_days, posted_code_days, own_code_days, message_days,
      restart_pause_seconds;
};

struct Config {
  std::string file;                                  // where it was read from
  std::string data, run;                             // folders: what must be kept, and sockets
  std::string log_format;                            // "text" | "json"
  std::string rules, forms, letters, pages, assets;  // folders with the installed data
  std::string clamd_socket;                          // empty: no malware scanner ("scanner down" for every file)
  std::string print_queue;                           // folder where letters for the post are put
  OrganisationConfig organisation;
  PublicConfig public_door;
  StaffConfig staff;
  MailConfig mail;
  ScannerConfig scanner;
  HandOverConfig handover;
  SmtpConfig smtp;
  SmsConfig sms;
  NoticeConfig notice;
  CourierConfig courier;
  KeysConfig keys;
  CellsConfig cells;
  UsersConfig users;
  LimitsConfig limits;

  // What lies where below data/ and run/.
  std::string spool() const { return data + "/spool"; }
  std::string incoming() const { return data + "/incoming"; }
  std::string shelf() const { return data + "/shelf"; }
  std::string store() const { return data + "/store"; }
  std::string objects() const { return data + "/objects"; }
  std::string ledger() const { return data + "/ledger"; }
  std::string public_home() const { return data + "/keys/public"; }  // OpenPGP public keys only
  std::string zone_home() const { return data + "/keys/zone"; }      // private keys through gpg-agent
  std::string zone_key() const { return data + "/keys/zone.key.pgp"; }
  std::string former_zone_key() const { return data + "/keys/zone.key.former.pgp"; }  // only while keys are changed
  std::string keeping() const { return data + "/keys/keeping"; }  // under what data keys are to be kept (key_change.h)
  std::string ledger_key() const { return data + "/keys/ledger.key.pgp"; }    // note signer seed, sealed to the zone
  std::string ledger_verifier() const { return data + "/keys/ledger.vkey"; }  // public
  std::string keymaker_socket() const { return run + "/keymaker.sock"; }
  std::string broker_socket() const { return run + "/cells.sock"; }
  std::string office_socket() const { return run + "/office.sock"; }
  std::string courier_socket() const { return run + "/courier.sock"; }

  /// Origin and key name of the ledger's checkpoints: the public host name and "/ledger" (C2SP tlog-checkpoint:
  /// schema-less URL).
  std::string ledger_origin() const;

  static Result<Config> load(const std::string& path);
};

}  // namespace zp::gateway

#endif  // GATEWAY_CONFIG_CONFIG_H_
