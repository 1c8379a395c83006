// Tables: column widths, rows that stay whole where they can, a head that is repeated on each page.
#include <algorithm>
#include <numeric>

#include "templates/letter/composer.h"

namespace zp::templates {
namespace {

constexpr double kPadding = 4, kAfterTable = 11;

}  // namespace

struct Composer::Row {
  std::vector<std::vector<Line>> cells;
  std::size_t lines = 1;  // of the highest cell
  double height(std::size_t count) const { return static_cast<double>(count) * kCell.leading + 2 * kPadding; }
};

std::vector<double> Composer::column_edges(const Table& table) const {
  const double sum = std::accumulate(table.columns.begin(), table.columns.end(), 0.0,
                                     [](double total, const Table::Column& column) { return total + column.weight; });
  std::vector<double> edges{kLeft};
  for (const Table::Column& column : table.columns) edges.push_back(edges.back() + column.weight / sum * kMeasure);
  return edges;
}

Composer::Row Composer::make_row(const Table& table, const std::vector<double>& edges,
                                 const std::vector<std::u32string>& cells, bool head) {
  Row row;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    row.cells.push_back(type_.lines({{cells.at(i), head, {}}}, edges[i + 1] - edges[i] - 2 * kPadding, kCell.size));
    row.lines = std::max(row.lines, row.cells.back().size());
  }
  return row;
}

/// `cells` empty: the head repeated at the top of a page, which is no part of the text.
void Composer::draw_slice(const Table& table, const std::vector<double>& edges, const Row& row,
                          const std::vector<Element*>& cells, std::size_t from, std::size_t count, bool head) {
  const double height = row.height(count);
  artifact("Layout");
  if (head) rectangle(kLeft, y_ - height, kMeasure, height, kShade);
  rectangle(kLeft, y_ - height, kMeasure, head ? 0.8 : 0.4, head ? kAccent : kRule);
  end();
  if (cells.empty()) artifact("Pagination");
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const auto& lines = row.cells[i];
    if (from >= lines.size()) continue;
    if (!cells.empty()) begin(cells[i]);
    double baseline = y_ - kPadding - kCell.size + 0.5;
    for (std::size_t k = from; k < std::min(lines.size(), from + count); ++k, baseline -= kCell.leading) {
      const double x = table.columns[i].right ? edges[i + 1] - kPadding - lines[k].width : edges[i] + kPadding;
      put(lines[k], x, baseline, kCell);
    }
    if (!cells.empty()) end();
  }
  if (cells.empty()) end();
  y_ -= height;
}

void Composer::draw_row(const Table& table, const std::vector<double>& edges, const Row& row, Element* group,
                        bool head) {
  Element* element = out_.add("TR", group);
  std::vector<Element*> cells;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    cells.push_back(out_.add(head || i == 0 ? "TH" : "TD", element));
    if (head || i == 0) cells.back()->scope = head ? "Column" : "Row";
  }
  for (std::size_t from = 0; from < row.lines;) {
    std::size_t count = row.lines - from;
    if (!fits(row.height(count))) {  // higher than a page: as much as there is room for
      const auto room = static_cast<std::size_t>(std::max(1.0, (y_ - kBottom - 2 * kPadding) / kCell.leading));
      count = std::min(count, room);
    }
    draw_slice(table, edges, row, cells, from, count, head);
    from += count;
    if (from < row.lines) new_page();
  }
}

void Composer::draw(const Table& table, std::size_t) {
  const std::vector<double> edges = column_edges(table);
  std::vector<std::u32string> labels;
  for (const Table::Column& column : table.columns) labels.push_back(column.label);
  const Row head = make_row(table, edges, labels, true);
  std::vector<Row> rows;
  for (const auto& cells : table.rows) rows.push_back(make_row(table, edges, cells, false));
  const double start = head.height(head.lines) + (rows.empty() ? 0 : rows.front().height(rows.front().lines));
  if (start <= kTopLater - kBottom) make_room(start);

  Element* element = out_.add("Table", root_);
  draw_row(table, edges, head, out_.add("THead", element), true);
  Element* group = rows.empty() ? nullptr : out_.add("TBody", element);
  for (const Row& row : rows) {
    const double page_room = kTopLater - kBottom - head.height(head.lines);
    if (!fits(row.height(row.lines)) && (row.height(row.lines) <= page_room || !fits(row.height(2)))) {
      new_page();
      draw_slice(table, edges, head, {}, 0, head.lines, true);
    }
    draw_row(table, edges, row, group, false);
  }
  y_ -= kAfterTable;
}

}  // namespace zp::templates
