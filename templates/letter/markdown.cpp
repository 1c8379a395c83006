#include "templates/letter/markdown.h"

#include <cmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "templates/letter/text.h"

namespace zp::templates {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};

std::unexpected<Error> unfit(cmark_node* node, const std::string& what) {
  return fail(Code::kConfig, "read letter text",
              fmt::format("line {} of the text: {}", cmark_node_get_start_line(node), what));
}

bool is_allowed_link(const std::string& url) {
  const bool scheme = url.starts_with("https://") || url.starts_with("mailto:") || url.starts_with("tel:");
  return scheme && std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<void> read_inlines(cmark_node* parent, Run style, Runs& out) {
  for (cmark_node* node = cmark_node_first_child(parent); node != nullptr; node = cmark_node_next(node)) {
    Run run = style;
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_TEXT:
        run.text = to_u32(cmark_node_get_literal(node));
        break;
      case CMARK_NODE_SOFTBREAK:
        run.text = U" ";
        break;
      case CMARK_NODE_LINEBREAK:
        run.text = U"\n";
        break;
      case CMARK_NODE_STRONG:
        run.bold = true;
        TRY_DO(read_inlines(node, run, out));
        continue;
      case CMARK_NODE_LINK:
        run.link = cmark_node_get_url(node);
        if (!is_allowed_link(run.link)) return unfit(node, "a link must start with https://, mailto: or tel:");
        TRY_DO(read_inlines(node, run, out));
        continue;
      default:
        return unfit(node, fmt::format("{} is not used in letters", cmark_node_get_type_string(node)));
    }
    const bool joins = !out.empty() && out.back().bold == run.bold && out.back().link == run.link;
    if (joins) {
      out.back().text += run.text;
    } else {
      out.push_back(std::move(run));
    }
  }
  return {};
}

Result<Block> read_list(cmark_node* node) {
  List list;
  list.ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
  list.first = cmark_node_get_list_start(node);
  for (cmark_node* item = cmark_node_first_child(node); item != nullptr; item = cmark_node_next(item)) {
    auto& paragraphs = list.items.emplace_back();
    for (cmark_node* block = cmark_node_first_child(item); block != nullptr; block = cmark_node_next(block)) {
      if (cmark_node_get_type(block) != CMARK_NODE_PARAGRAPH) return unfit(block, "a list item holds paragraphs only");
      TRY_DO(read_inlines(block, {}, paragraphs.emplace_back()));
    }
  }
  return list;
}

Result<void> read_fence(cmark_node* node, const FenceMaker& fence, std::vector<Block>& out) {
  const std::string info = cmark_node_get_fence_info(node);
  const auto space = info.find(' ');
  if (space == std::string::npos) return unfit(node, "a fence names its kind and a field, like ```table files");
  TRY_ASSIGN(auto blocks, fence(info.substr(0, space), info.substr(space + 1)));
  std::ranges::move(blocks, std::back_inserter(out));
  return {};
}

Result<void> read_block(cmark_node* node, const FenceMaker& fence, std::vector<Block>& out) {
  Runs runs;
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH:
      TRY_DO(read_inlines(node, {}, runs));
      out.emplace_back(Paragraph{std::move(runs)});
      return {};
    case CMARK_NODE_HEADING: {
      const int level = cmark_node_get_heading_level(node);
      if (level != 2 && level != 3) return unfit(node, "headings are ## or ###; # is the subject");
      TRY_DO(read_inlines(node, {}, runs));
      out.emplace_back(Heading{level, std::move(runs)});
      return {};
    }
    case CMARK_NODE_LIST: {
      TRY_ASSIGN(auto list, read_list(node));
      out.push_back(std::move(list));
      return {};
    }
    case CMARK_NODE_CODE_BLOCK:
      return read_fence(node, fence, out);
    default:
      return unfit(node, fmt::format("{} is not used in letters", cmark_node_get_type_string(node)));
  }
}

}  // namespace

std::vector<Block> paragraphs(const std::string& value) {
  std::vector<Block> blocks;
  std::u32string current;
  const auto flush = [&] {
    if (!current.empty()) blocks.emplace_back(Paragraph{{{current}}});
    current.clear();
  };
  std::istringstream lines(value);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(' ') == std::string::npos) {
      flush();
    } else {
      current += (current.empty() ? U"" : U"\n") + to_u32(line);
    }
  }
  flush();
  return blocks;
}

Result<std::vector<Block>> read_markdown(const std::string& markdown, const FenceMaker& fence) {
  const std::unique_ptr<cmark_node, FreeNode> root(
      cmark_parse_document(markdown.data(), markdown.size(), CMARK_OPT_DEFAULT | CMARK_OPT_SMART));
  std::vector<Block> blocks;
  for (cmark_node* node = cmark_node_first_child(root.get()); node != nullptr; node = cmark_node_next(node))
    TRY_DO(read_block(node, fence, blocks));
  return blocks;
}

}  // namespace zp::templates
