// Tables: column widths, rows that stay whole up to half a page, a head that is repeated on each page.
#include <algorithm>
#include <numeric>

#include "templates/letter/composer.h"

namespace zp::templates {
namespace {

constexpr double kPadding = 4, kAfterTable = 11;
constexpr double kKeptWhole = (kTopLater - kBottom) / 2;

}  // namespace

struct Composer::Row {
  std::vector<std::vector<Line>> cells;
  std::size_t lines = 1;  // of the highest cell
  double height(std::size_t count) const { return static_cast<double>(count) * kCell.leading + 2 * kPadding; }
  /// What has to stand together: a high row may go on over the page after two lines.
  double least() const { return height(lines) <= kKeptWhole ? height(lines) : height(2); }
};

struct Composer::Grid {
  const Table& table;
  std::vector<double> edges;
  Row head;
  std::vector<Row> rows;
  /// Its head with as much of the first row as stays with it.
  double first_height() const { return head.height(head.lines) + (rows.empty() ? 0 : rows.front().least()); }
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
void Composer::draw_slice(const Grid& grid, const Row& row, const std::vector<Element*>& cells, std::size_t from,
                          std::size_t count) {
  const bool head = &row == &grid.head;
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
      const double x =
          grid.table.columns[i].right ? grid.edges[i + 1] - kPadding - lines[k].width : grid.edges[i] + kPadding;
      put(lines[k], x, baseline, kCell);
    }
    if (!cells.empty()) end();
  }
  if (cells.empty()) end();
  y_ -= height;
}

void Composer::draw_row(const Grid& grid, const Row& row, Element* group) {
  const bool head = &row == &grid.head;
  Element* element = out_.add("TR", group);
  std::vector<Element*> cells;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    cells.push_back(out_.add(head || i == 0 ? "TH" : "TD", element));
    if (head || i == 0) cells.back()->scope = head ? "Column" : "Row";
  }
  for (std::size_t from = 0; from < row.lines;) {
    const std::size_t left = row.lines - from;
    std::size_t count = left;
    if (!fits(row.height(left))) {  // as much as there is room for, and no line alone on the next page
      const auto room = static_cast<std::size_t>(std::max(1.0, (y_ - kBottom - 2 * kPadding) / kCell.leading));
      count = std::min<std::size_t>(room, left > 2 ? left - 2 : 1);
    }
    draw_slice(grid, row, cells, from, count);
    from += count;
    if (from < row.lines) continue_table(grid, !head);
  }
}

void Composer::continue_table(const Grid& grid, bool repeat_head) {
  new_page();
  if (repeat_head) draw_slice(grid, grid.head, {}, 0, grid.head.lines);
}

/// Kept, because what announces a table asks for its height first.
const Composer::Grid& Composer::grid_of(const Table& table) {
  if (grid_ && &grid_->table == &table) return *grid_;
  std::vector<std::u32string> labels;
  for (const Table::Column& column : table.columns) labels.push_back(column.label);
  const std::vector<double> edges = column_edges(table);
  auto grid = std::make_shared<Grid>(Grid{table, edges, make_row(table, edges, labels, true), {}});
  for (const auto& cells : table.rows) grid->rows.push_back(make_row(table, edges, cells, false));
  grid_ = grid;
  return *grid_;
}

double Composer::first_height_of(const Table& table) { return grid_of(table).first_height(); }

void Composer::draw(const Table& table, std::size_t) {
  const Grid& grid = grid_of(table);
  make_room(grid.first_height());

  Element* element = out_.add("Table", root_);
  draw_row(grid, grid.head, out_.add("THead", element));
  Element* group = grid.rows.empty() ? nullptr : out_.add("TBody", element);
  for (const Row& row : grid.rows) {
    if (!fits(row.least())) continue_table(grid, true);
    draw_row(grid, row, group);
  }
  y_ -= kAfterTable;
}

}  // namespace zp::templates
