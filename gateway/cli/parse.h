// gateway/cli/parse.h - CLI11 with our habits: --help on standard output with status 0, wrong use on standard error
// with status 2.
#ifndef GATEWAY_CLI_PARSE_H_
#define GATEWAY_CLI_PARSE_H_

#include <CLI/CLI.hpp>
#include <optional>

#include "crypto/base/result.h"
#include "gateway/cli/command.h"
#include "gateway/config/config.h"

namespace zp::gateway {

/// The exit status to end with, or nothing when the arguments are good.
std::optional<int> parse(CLI::App& app, const Arguments& arguments);

/// Adds --config with the usual default (ZEGELPOST_CONFIG, else /etc/zegelpost/zegelpost.yaml).
void add_config_option(CLI::App& app, std::string& path);

/// Prints "zegelpost COMMAND: message" and what to do about it; returns 1, or 78 for a wrong configuration.
int report(std::string_view command, const Error& error);

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_PARSE_H_
