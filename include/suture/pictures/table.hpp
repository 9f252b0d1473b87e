// Tables of text: what CSV files and reports show.
#pragma once

#include <string>
#include <vector>

namespace suture::pictures {

/// Rows of cells below a header. In a tidy table each row is one observation and each column one variable.
///
///     Table{{"head", "score"}, {{"9.1", "0.93"}, {"9.6", "0.87"}}}
struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

}  // namespace suture::pictures
