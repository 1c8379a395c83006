// intake/rules/yaml_map.h - reads a YAML mapping strictly: every key known, every value of its type, every
// mistake with its line.
//
// Private to intake. Throws Mistake and YAML::Exception; both stop at the load() functions, in
// `reading`.
#ifndef INTAKE_RULES_YAML_MAP_H_
#define INTAKE_RULES_YAML_MAP_H_

#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.h"

namespace zp::intake {

/// "FILE:LINE: what is wrong".
struct Mistake {
  std::string text;
};

class YamlMap {
 public:
  /// Throws unless `node` is a mapping without double keys. `file` is for messages and must outlive this.
  YamlMap(const YAML::Node& node, const std::string& file);

  bool has(const std::string& key) const;
  /// Required; throws when it is absent, empty or not plain text.
  std::string text(const std::string& key);
  std::string text_or(const std::string& key, std::string otherwise);
  bool flag_or(const std::string& key, bool otherwise);
  int number(const std::string& key, int least, int most);
  int number_or(const std::string& key, int least, int most, int otherwise);
  /// A list of plain texts, or one text alone; empty when absent.
  std::vector<std::string> texts(const std::string& key);
  /// The node itself, undefined when absent.
  YAML::Node node(const std::string& key);

  /// Throws at the first key that nobody asked for.
  void refuse_unknown_keys() const;
  [[noreturn]] void refuse(const std::string& key, const std::string& what) const;

 private:
  const YAML::Node node_;
  const std::string& file_;
  std::vector<std::string> asked_;
};

[[noreturn]] void refuse(const std::string& file, const YAML::Node& node, const std::string& what);

/// The parsed file; throws Mistake when it can't be read.
YAML::Node read_yaml(const std::string& path);

/// Runs `body`; what it throws becomes a kConfig error.
template <typename T>
Result<T> reading(const char* operation, const std::string& file, const std::function<T()>& body) {
  try {
    return body();
  } catch (const Mistake& mistake) {
    return fail(Code::kConfig, operation, mistake.text);
  } catch (const YAML::Exception& error) {
    return fail(Code::kConfig, operation, file + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

}  // namespace zp::intake

#endif  // INTAKE_RULES_YAML_MAP_H_
