// CSV files: the law over texts of every kind, and files that are complete or not there.
#include "suture/pictures/csv.hpp"

#include "pictures/fixture.hpp"
#include "tokenizer/texts.hpp"

#include "laws/property.hpp"
#include "message.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using suture_test::message_of;
using suture_test::says;

/// RFC 4180, read from the grammar: records of fields, in quotes or not, that end in CRLF.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
    std::vector<std::vector<std::string>> records;
    std::vector<std::string> record(1);
    bool in_quotes = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool doubled = in_quotes && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"';
        if (doubled)
            record.back() += text[i++];
        else if (text[i] == '"')
            in_quotes = !in_quotes;
        else if (in_quotes)
            record.back() += text[i];
        else if (text[i] == ',')
            record.emplace_back();
        else if (text.substr(i, 2) == "\r\n") {
            records.push_back(record);
            record.assign(1, "");
            ++i;
        } else
            record.back() += text[i];
    }
    return records;
}

std::vector<std::string> draw_record(std::int64_t cells) {
    std::vector<std::string> record;
    while (cells-- > 0) record.push_back(laws::once_in(2) ? laws::one_of(evil) : texts::draw_bytes());
    return record;
}
std::vector<std::string> as_utf8(std::vector<std::string> record) {
    for (std::string& cell : record) cell = suture::replaced_utf8(cell);
    return record;
}
}  // namespace

TEST_CASE("reading CSV gives back what was written, whatever the cells hold") {
    laws::for_all("tables", 300, [] {
        const std::int64_t columns = laws::draw(1, 5);
        Table table{draw_record(columns), {}};
        for (std::int64_t rows = laws::draw(0, 5); rows > 0; --rows) table.rows.push_back(draw_record(columns));
        const auto read = read_csv(csv_text(table));
        RC_ASSERT(read.size() == table.rows.size() + 1);
        RC_ASSERT(read[0] == as_utf8(table.header));
        for (std::size_t i = 0; i < table.rows.size(); ++i) RC_ASSERT(read[i + 1] == as_utf8(table.rows[i]));
    });
}

TEST_CASE("CSV has quotes where the format needs them, and where readers would drop spaces") {
    CHECK(csv_text({{"a", "b", "c"}, {{"", "x\"y", " Mary"}, {"1,5", "two\nlines", "a\rb"}}}) ==
          "a,b,c\r\n,\"x\"\"y\",\" Mary\"\r\n\"1,5\",\"two\nlines\",\"a\rb\"\r\n");
}

TEST_CASE("a table is written completely or not at all") {
    const files::Folder folder;
    save_csv(folder / "a.csv", {{"x"}, {{"1"}}});
    CHECK(files::bytes_of(folder / "a.csv") == "x\r\n1\r\n");
    CHECK(says(message_of<suture::FileError>([&] {
                   save_csv(folder / "none/a.csv", {{"x"}, {}});
               }),
               "none/a.csv", "cannot be written"));
    CHECK(folder.entries() == 1);
}
