// gateway/config/data_folder.h - where the installed data (rules, letters, pages, assets) lies.
#ifndef GATEWAY_CONFIG_DATA_FOLDER_H_
#define GATEWAY_CONFIG_DATA_FOLDER_H_

#include <string>

namespace zp::gateway {

/// The environment's ZEGELPOST_DATA; else ../share/zegelpost beside the program; else the source tree it was built
/// from.
std::string data_folder();
/// The folder of the running program: its sister programs lie there too.
std::string program_folder();

}  // namespace zp::gateway

#endif  // GATEWAY_CONFIG_DATA_FOLDER_H_
