// Words as pictures, CSV, gnuplot's scripts and pages hold them: laws over texts of every kind.
#include "pictures/fixture.hpp"
#include "tokenizer/texts.hpp"

#include "laws/property.hpp"
#include "message.hpp"

#include <string>
#include <string_view>
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

TEST_CASE("what is written as CSV is read, whatever the cells hold") {
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

TEST_CASE("a text is one string to gnuplot, on one line, in which nothing is expanded") {
    laws::for_all("strings", 300, [] {
        const std::string given = laws::once_in(2) ? laws::one_of(evil) : texts::draw_bytes();
        const std::string string = suture::pictures::detail::gnuplot_string(given);
        RC_ASSERT(string.size() >= 2 && string.front() == '\'' && string.back() == '\'');
        std::string inside = string.substr(1, string.size() - 2);
        suture::pictures::detail::replace_all(inside, "''", "");
        RC_ASSERT(inside.find('\'') == inside.npos);
        for (const char c : inside) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
    });
    CHECK(suture::pictures::detail::gnuplot_string("it's `x`\n\\") == "'it''s `x`↵\\'");
}

TEST_CASE("a text in a page is no markup and is shown as it is") {
    CHECK(suture::pictures::detail::html("<b>&amp;</b> \"it's\"\n") ==
          "&lt;b&gt;&amp;amp;&lt;/b&gt; &quot;it&#39;s&quot;\n");
    CHECK(suture::pictures::detail::html(std::string_view("a\0b\x1B\xFF", 5)) == "a\uFFFDb\uFFFD\uFFFD");
    laws::for_all("pages", 300, [] {
        const std::string escaped = suture::pictures::detail::html(texts::draw_bytes());
        for (const char mark : {'<', '>', '"', '\''}) RC_ASSERT(escaped.find(mark) == escaped.npos);
    });
}

TEST_CASE("tokens are named with their positions, and none is invisible") {
    CHECK(token_name(4, " Mary") == "4 Mary");
    CHECK(token_name(0, "When") == "0 When");
    CHECK(token_name(2, "  ") == "2 ␣␣");
    CHECK(token_name(7, "\n") == "7 \\n");
    CHECK(token_name(9, "\xF0") == "9 \\xF0");
    CHECK(suture::pictures::detail::shown_names(numbers("layer", 3)) == std::vector<std::string>{"0", "1", "2"});
    CHECK(suture::pictures::detail::shown_names(tokens({"a", std::string(99, 'x')})).back() ==
          "1 " + std::string(21, 'x') + "…");
}

TEST_CASE("a text that is wrapped keeps its words and fits its lines") {
    laws::for_all("lines", 300, [] {
        const std::string text = texts::draw_text(40);
        const double width = static_cast<double>(laws::draw(100, 900));
        for (const std::string& line : suture::pictures::detail::wrapped(text, width, 12)) {
            RC_ASSERT(!line.empty());
            const bool one_word = line.find(' ') == line.npos;
            RC_ASSERT(one_word || suture::pictures::detail::text_width(line, 12) <= width);
        }
    });
    CHECK(suture::pictures::detail::wrapped("one two  three", 60, 12) == std::vector<std::string>{"one two", "three"});
    CHECK(suture::pictures::detail::wrapped("", 60, 12).empty());
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
