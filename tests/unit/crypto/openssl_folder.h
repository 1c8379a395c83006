// tests/unit/crypto/openssl_folder.h - certificates and signatures of somebody else, made by the openssl command line.
#ifndef TESTS_UNIT_CRYPTO_OPENSSL_FOLDER_H_
#define TESTS_UNIT_CRYPTO_OPENSSL_FOLDER_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/cms.h"

namespace zp::crypto {

// A folder with certificates and signatures made by the openssl command line.
class OpensslFolder {
 public:
  OpensslFolder() {
    char path[] = "/tmp/zpc-XXXXXX";
    path_ = ::mkdtemp(path);
  }
  ~OpensslFolder() { std::filesystem::remove_all(path_); }
  OpensslFolder(const OpensslFolder&) = delete;
  OpensslFolder& operator=(const OpensslFolder&) = delete;

  bool run(const std::string& arguments) const {
    return std::system(("cd " + path_.string() + " && openssl " + arguments + " >/dev/null 2>&1").c_str()) == 0;
  }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // key.pem and cert.pem; `key` as openssl's -newkey takes it.
  void make_signer(const std::string& key, const std::string& digest = "sha256") const {
    ASSERT_TRUE(run("req -x509 -nodes -newkey " + key + " -" + digest +
                    " -subj '/CN=Fictieve Ondertekenaar' -days 30 -keyout key.pem -out cert.pem"));
  }

 private:
  std::filesystem::path path_;
};

inline constexpr std::string_view kContent = "de inhoud van een brief";

inline std::vector<ByteView> spans(std::string_view text) {
  const std::size_t middle = text.size() / 3;
  return {as_bytes(text.substr(0, middle)), {}, as_bytes(text.substr(middle))};
}

inline CmsVerdict verify(ByteView cms, std::string_view content, const std::string& anchors = {},
                         CmsForm form = CmsForm::kDetached) {
  return verify_detached(cms, spans(content), form, {anchors}, std::time(nullptr));
}

}  // namespace zp::crypto

#endif  // TESTS_UNIT_CRYPTO_OPENSSL_FOLDER_H_
